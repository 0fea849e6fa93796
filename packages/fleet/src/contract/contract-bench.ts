import type { Engine, Fleet, NetworkSpec, NodeSpec, Secret } from '@cacheplane/domain'

/** One fleet under test, with hands that reach behind it. */
export interface ContractBench {
  fleet: Fleet
  engineId: string
  /** Another fleet on the same engine, as a second installation of the product would run it. */
  neighbour: Fleet
  /** Ids, a subnet and a port that nothing else uses. */
  freshNetwork(): NetworkSpec
  freshNode(network: NetworkSpec, variant: ContractVariant): NodeSpec
  /** Kills the process of a node with SIGKILL; the container stays. */
  kill(nodeId: string): Promise<void>
  /** Removes the container of a node behind the fleet's back. */
  vanish(nodeId: string): Promise<void>
  /** Holds a port of the host until the bench is closed. */
  occupyPort(port: number): Promise<void>
  /** Makes a container of somebody else's and returns its name. */
  addForeignContainer(): Promise<string>
  /** Docker's word for the state of any container; null when there is none. */
  stateOf(name: string): Promise<string | null>
  /** Removes everything that was made through this bench. */
  close(): Promise<void>
}

export interface ContractVariant {
  engine: Engine
  engineVersion: string
  tls: boolean
  authToken: Secret | null
}

export function variantTitle({ engine, engineVersion, tls, authToken }: ContractVariant): string {
  return `${engine} ${engineVersion}${tls ? ', TLS' : ''}${authToken === null ? '' : ', AUTH'}`
}
