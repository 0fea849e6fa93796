import { describeCrashes, POINTS } from './crash-points.ts'

describeCrashes(
  'a worker that dies at any point of what only cluster mode has',
  POINTS.filter(({ mode }) => mode === 'with cluster mode'),
)
