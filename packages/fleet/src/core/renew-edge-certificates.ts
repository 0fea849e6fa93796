import type { EdgeSpec, Ensured } from '@cacheplane/domain'
import { ready } from './call.ts'
import type { EdgeBench } from './observe-edge.ts'
import { silence } from './route-endpoint.ts'

/** The promise is in the port's docstring. Done again, it gives others. */
export async function renewEdgeCertificates(
  { engine, control }: EdgeBench,
  spec: EdgeSpec,
): Promise<Ensured<'dead'>> {
  const renewed = await control.renewCertificates(spec)
  return renewed.kind === 'answered' ? ready : silence({ engine, edge: spec }, renewed)
}
