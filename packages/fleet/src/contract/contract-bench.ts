import type { EdgeSpec, Engine, Fleet, NetworkSpec, NodeSpec, Secret } from '@cacheplane/domain'

/** One fleet under test, with hands that reach behind it. */
export interface ContractBench {
  fleet: Fleet
  engineId: string
  /** Another fleet on the same engine, as a second installation of the product would run it. */
  neighbour: Fleet
  /** Ids, a subnet and a port that nothing else uses. */
  freshNetwork(): NetworkSpec
  freshNode(network: NetworkSpec, variant: ContractVariant): NodeSpec
  /** An edge with two slots. */
  freshEdge(kind?: EdgeSpec['kind']): EdgeSpec
  /** The list that a configuration endpoint shows: its version, and `host|ip|port` of its nodes. Null when it shows none. */
  discover(port: number): Promise<{ version: number; nodes: string[] } | null>
  /** A client of an endpoint; it connects without delay and once. */
  connect(port: number): Promise<EndpointClient>
  /** Kills the process of a node or an edge with SIGKILL; the container stays. */
  kill(ownerId: string): Promise<void>
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

export interface EndpointClient {
  /** The run id of the node at the other end; null when the connection was refused or has been closed. */
  runId(): Promise<string | null>
}

export interface ContractVariant {
  engine: Engine
  engineVersion: string
  tls: boolean
  authToken: Secret | null
  inCluster?: boolean
  /** It takes plain text beside TLS. */
  takesBoth?: boolean
}

export function variantTitle({ engine, engineVersion, tls, authToken, takesBoth }: ContractVariant): string {
  const secured = takesBoth === true ? ', TLS and plain text' : ', TLS'
  return `${engine} ${engineVersion}${tls ? secured : ''}${authToken === null ? '' : ', AUTH'}`
}
