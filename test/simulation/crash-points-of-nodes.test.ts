import { describeCrashes, POINTS } from './crash-points.ts'

describeCrashes(
  'a worker that dies at any point of a failover or a repair',
  POINTS.filter(({ kind, mode }) => mode === 'without cluster mode' && kind.startsWith('node')),
)
