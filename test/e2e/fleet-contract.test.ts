import { ENGINE_VERSIONS, Secret, type EngineVersion } from '@cacheplane/domain'
import { describeFleetContract, type ContractVariant } from '@cacheplane/fleet/contract'
import { openDockerBench } from '../support/fleet-bench.ts'

const authToken = new Secret('a-token-of-16-characters')

function variantsOf({ engine, version }: EngineVersion): ContractVariant[] {
  const plain = { engine, engineVersion: version, tls: false, authToken: null }
  const secured = { ...plain, tls: true, authToken: engine === 'memcached' ? null : authToken }
  return [plain, secured]
}

const [first, ...others] = [...ENGINE_VERSIONS]
  .sort((a, b) => Number(b.engine === 'valkey') - Number(a.engine === 'valkey'))
  .flatMap(variantsOf)
if (first === undefined) throw new Error('the catalogue is empty')

describeFleetContract('DockerFleet', openDockerBench, [first, ...others])
