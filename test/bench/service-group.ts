import { ReplicatedGroup } from '../support/replicated-group.ts'
import type { SecondInstallation } from '../support/second-installation.ts'

/** A primary and two replicas of the service, with everything that guards them, or without what a planned switch forbids. */
export async function serviceGroup(
  installation: SecondInstallation,
  name: string,
  isGuarded: boolean,
  runs = { engine: 'valkey', engineVersion: '8.1' },
): Promise<ReplicatedGroup> {
  const { status, body } = await installation.request('POST', '/v1/replication-groups', {
    replicationGroupId: name,
    description: 'made by the bench',
    ...runs,
    cacheNodeType: 'cache.t4g.micro',
    numCacheClusters: 3,
    automaticFailoverEnabled: isGuarded,
    multiAZEnabled: isGuarded,
  })
  if (status !== 200) throw new Error(`no group was made: ${status} ${JSON.stringify(body)}`)
  return new ReplicatedGroup(name, installation.id, (method, path, change) =>
    installation.request(method, path, change, method === 'GET' ? '' : 'wait=60'),
  )
}
