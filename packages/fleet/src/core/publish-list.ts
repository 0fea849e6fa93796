import type { DiscoveryList, Ensured } from '@cacheplane/domain'
import { ready, unknown } from './call.ts'
import { isLater, listText } from './list-text.ts'
import { silence, type Route } from './route-endpoint.ts'

/** The promise is in the port's docstring. */
export async function publishList(route: Route, list: DiscoveryList | null): Promise<Ensured<'dead'>> {
  const { control, edge, slot } = route
  const wanted = list === null ? null : listText(list)
  const before = await control.readList(edge, slot)
  if (before.kind !== 'answered') return silence(route, before)
  if (before.value === wanted) return ready
  if (list !== null && isLater(before.value, list)) return unknown('the edge shows a later list')
  const after = await control.setList(edge, slot, wanted)
  if (after.kind !== 'answered') return silence(route, after)
  return after.value === wanted ? ready : unknown('the edge does not show the list that it was given')
}
