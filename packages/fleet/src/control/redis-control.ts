import type {
  ClusterView,
  DrainPace,
  Keyring,
  NodeRef,
  NodeSpec,
  SlotMark,
  SlotRange,
} from '@cacheplane/domain'
import { FILES } from '../config/node-files.ts'
import { customerRules, customerTokens, migrationRules, replicationRules } from '../config/users.ts'
import { controlUser, MIGRATION_USER, REPLICATION_USER } from '../core/names.ts'
import type { Answer, DrainHop, NodeControl, NodeFacts, PeerHop, Source } from '../core/node-control.ts'
import { ClusterControl } from './cluster-control.ts'
import type { Route } from './connect.ts'
import { controlPassword, migrationPassword, replicationPassword } from './control-password.ts'
import { differing, REFUSING } from './differing-parameters.ts'
import { drain } from './drain.ts'
import { HeldProbe } from './held-probe.ts'
import { parseInfo } from './parse-info.ts'
import type { Reply } from './resp-parser.ts'
import { isOn, pairsOf, takesTokens } from './parse-user.ts'
import { respSession, type Login } from './resp-session.ts'
import { saveStream } from './save-stream.ts'
import { setSlots } from './set-slots.ts'

/** Stands for the tokens among names of parameters. */
const AUTH_TOKEN = 'auth-token'
const WRITES_NEED = 'min-replicas-to-write'
const REFUSE_WRITES = ['CONFIG', 'SET', WRITES_NEED, REFUSING]
const takeWrites = ({ parameters }: NodeSpec) => [
  'CONFIG',
  'SET',
  WRITES_NEED,
  parameters[WRITES_NEED] ?? '0',
]

/** Control of redis and valkey nodes, as the user that only this incarnation of the node knows. */
export class RedisControl implements Omit<NodeControl, 'listens' | 'certificate'> {
  readonly #cluster = new ClusterControl((node, commands) => this.#ask(node, commands))

  constructor(
    private readonly keyring: Pick<Keyring, 'derive'>,
    private readonly routeTo: (node: NodeRef) => Promise<Route>,
  ) {}

  async read(node: NodeRef): Promise<Answer<NodeFacts>> {
    const commands = [['INFO'], ['ACL', 'GETUSER', 'default']]
    const answer = await this.#ask(
      node,
      node.busPort === null ? commands : [...commands, ['CLUSTER', 'MYID']],
    )
    if (answer.kind !== 'answered') return answer
    const [info, user, id = null] = answer.value
    if (typeof info !== 'string') return { kind: 'silent', because: 'its INFO makes no sense' }
    const clusterNodeId = typeof id === 'string' ? id : null
    return { kind: 'answered', value: { ...parseInfo(info), open: isOn(user), clusterNodeId } }
  }

  async open(node: NodeSpec): Promise<Answer<void>> {
    const clients = this.#clients(node)
    const sisters = node.busPort === null ? [] : [this.#sisters(node)]
    return this.#order(
      node,
      node.nodeGroupId === null ? [clients] : [this.#replicas(node), ...sisters, clients],
    )
  }

  // Switched off, a user's connections stay: they must be cut as well. Normal clients go last of all, with their answers.
  async close(node: NodeRef): Promise<Answer<void>> {
    return this.#order(node, [
      ['ACL', 'SETUSER', 'default', 'off'],
      ['ACL', 'SETUSER', REPLICATION_USER, 'off'],
      ...(node.busPort === null ? [] : [['ACL', 'SETUSER', MIGRATION_USER, 'off']]),
      ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'],
      ['CLIENT', 'KILL', 'TYPE', 'pubsub', 'SKIPME', 'yes'],
    ])
  }

  // Only a node that was given a certificate knows of TLS; what it is told counts for the next connection.
  async follow(node: NodeSpec, { host, port, tls, nodeGroupId, inCluster }: Source): Promise<Answer<void>> {
    const password = replicationPassword(this.keyring, nodeGroupId).reveal()
    const login = [
      ['CONFIG', 'SET', 'masteruser', REPLICATION_USER],
      ['CONFIG', 'SET', 'masterauth', password],
      ...(node.tls ? [['CONFIG', 'SET', 'tls-replication', tls ? 'yes' : 'no']] : []),
    ]
    if (inCluster === null)
      return this.#order(node, [...login, ['REPLICAOF', host, String(port)], takeWrites(node)])
    const prepared = await this.#order(node, login)
    return prepared.kind === 'answered' ? this.#cluster.follow(node, { host, port, ...inCluster }) : prepared
  }

  async promote(node: NodeSpec): Promise<Answer<void>> {
    if (node.busPort !== null) return this.#cluster.promote(node)
    return this.#order(node, [takeWrites(node), ['REPLICAOF', 'NO', 'ONE']])
  }

  // A replica without its primary lets nobody copy it, and a primary that lacks replicas takes no writes.
  async lend(node: NodeRef): Promise<Answer<void>> {
    return this.#order(node, [REFUSE_WRITES, ['REPLICAOF', 'NO', 'ONE']])
  }

  /** Redis 6.0 knows no such thing. */
  hold(node: NodeRef, ms: number): Promise<Answer<void>> {
    return this.#order(node, [ms === 0 ? ['CLIENT', 'UNPAUSE'] : ['CLIENT', 'PAUSE', String(ms), 'WRITE']])
  }

  cluster(node: NodeRef): Promise<Answer<ClusterView>> {
    return this.#cluster.read(node)
  }

  meet(node: NodeRef, peers: readonly PeerHop[]): Promise<Answer<void>> {
    return this.#cluster.meet(node, peers)
  }

  forget(node: NodeRef, clusterNodeIds: readonly string[]): Promise<Answer<void>> {
    return this.#cluster.forget(node, clusterNodeIds)
  }

  claim(node: NodeRef, slots: readonly SlotRange[], epoch: number): Promise<Answer<void>> {
    return this.#cluster.claim(node, slots, epoch)
  }

  async setSlots(node: NodeRef, slots: readonly SlotRange[], as: SlotMark): Promise<Answer<void>> {
    return setSlots(await this.routeTo(node), this.#login(node), slots, as)
  }

  async drain(node: NodeRef, slots: readonly SlotRange[], to: DrainHop, pace: DrainPace) {
    const password = migrationPassword(this.keyring, to)
    const route = await this.routeTo(node)
    return drain(route, this.#login(node), { slots, pace, to, as: { user: MIGRATION_USER, password } })
  }

  async drift(node: NodeSpec, parameters: Readonly<Record<string, string>>): Promise<Answer<string[]>> {
    const asked = [
      ['CONFIG', 'GET', '*'],
      ['ACL', 'GETUSER', 'default'],
    ]
    const answer = await respSession(await this.routeTo(node), this.#login(node), asked)
    if (answer.kind !== 'answered') return answer
    const [config, user] = answer.value
    const names = differing(pairsOf(config), parameters)
    const isDrifted = isOn(user) && !takesTokens(user, customerTokens(node))
    return { kind: 'answered', value: isDrifted ? [...names, AUTH_TOKEN] : names }
  }

  async configure(node: NodeSpec, parameters: Readonly<Record<string, string>>): Promise<Answer<void>> {
    const drift = await this.drift(node, parameters)
    if (drift.kind !== 'answered') return drift
    const commands = drift.value.map((name) =>
      name === AUTH_TOKEN ? this.#clients(node) : ['CONFIG', 'SET', name, parameters[name] ?? ''],
    )
    return commands.length === 0 ? { kind: 'answered', value: undefined } : this.#order(node, commands)
  }

  async save<T>(node: NodeRef, sink: (content: AsyncIterable<Uint8Array>) => Promise<T>): Promise<Answer<T>> {
    return saveStream(await this.routeTo(node), this.#login(node), sink)
  }

  // Said the same name again, every version reads what is behind it; the key with it.
  async readCertificate(node: NodeRef): Promise<Answer<void>> {
    return this.#order(node, [['CONFIG', 'SET', 'tls-cert-file', FILES.certificate]])
  }

  probe(node: NodeRef, onTrouble: (because: string) => void): () => void {
    const held = new HeldProbe(() => this.routeTo(node), this.#login(node), onTrouble)
    return () => held.stop()
  }

  #clients(node: NodeSpec): string[] {
    return ['ACL', 'SETUSER', 'default', ...customerRules(node, customerTokens(node))]
  }

  #replicas(node: NodeSpec): string[] {
    const password = replicationPassword(this.keyring, node.nodeGroupId ?? '')
    return ['ACL', 'SETUSER', REPLICATION_USER, ...replicationRules(node, password)]
  }

  #sisters(node: NodeSpec): string[] {
    return ['ACL', 'SETUSER', MIGRATION_USER, ...migrationRules(migrationPassword(this.keyring, node))]
  }

  async #order(node: NodeRef, commands: readonly (readonly string[])[]): Promise<Answer<void>> {
    const answer = await this.#ask(node, commands)
    return answer.kind === 'answered' ? { kind: 'answered', value: undefined } : answer
  }

  async #ask(node: NodeRef, commands: readonly (readonly string[])[]): Promise<Answer<Reply[]>> {
    return respSession(await this.routeTo(node), this.#login(node), commands)
  }

  #login(node: NodeRef): Login {
    return { user: controlUser(node.nodeId), password: controlPassword(this.keyring, node) }
  }
}
