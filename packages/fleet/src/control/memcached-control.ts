import { Bug, type Keyring, type NodeRef, type NodeSpec, type ReplicationFacts } from '@cacheplane/domain'
import type { Answer, NodeControl, NodeFacts } from '../core/node-control.ts'
import { controlUser } from '../core/names.ts'
import type { Route } from './connect.ts'
import { controlPassword } from './control-password.ts'
import { exchange } from './exchange.ts'

const ANSWER_MAX = 65_536

const NO_REPLICATION: ReplicationFacts = {
  historyId: '',
  formerHistoryId: null,
  offset: 0,
  keys: 0,
  loading: false,
  replicas: [],
  link: null,
}

/** memcached has no users and no closed state: it is open as soon as it answers, and known by its certificate only. */
export class MemcachedControl implements Omit<NodeControl, 'listens' | 'certificate'> {
  constructor(
    private readonly keyring: Pick<Keyring, 'derive'>,
    private readonly routeTo: (node: NodeRef) => Promise<Route>,
  ) {}

  async read(node: NodeRef): Promise<Answer<NodeFacts>> {
    let text = ''
    const login = node.asksLogin ? this.#login(node) : ''
    const expected = node.asksLogin ? 'STORED\r\nSTAT ' : 'STAT '
    const answer = await exchange(await this.routeTo(node), `${login}stats\r\n`, (chunk) => {
      text += chunk.toString('utf8')
      if (text.length > ANSWER_MAX || !expected.startsWith(text.slice(0, expected.length)))
        throw new Error('it is no memcached')
      return text.endsWith('END\r\n') ? parseStats(text) : null
    })
    return answer
  }

  #login(node: NodeRef): string {
    return loginOf(`${controlUser(node.nodeId)} ${controlPassword(this.keyring, node).reveal()}`)
  }

  async open(node: NodeSpec): Promise<Answer<void>> {
    const answer = await this.read(node)
    return answer.kind === 'answered' ? { kind: 'answered', value: undefined } : answer
  }

  close(): Promise<Answer<void>> {
    throw new Bug('memcached has no closed state')
  }

  follow(): Promise<Answer<void>> {
    throw new Bug('memcached has no replicas')
  }

  promote(): Promise<Answer<void>> {
    throw new Bug('memcached has no replicas')
  }

  lend(): Promise<Answer<void>> {
    throw new Bug('memcached has no replicas')
  }

  hold(): Promise<Answer<void>> {
    return this.lend()
  }

  cluster(): Promise<Answer<never>> {
    throw new Bug('memcached nodes know nothing of one another')
  }

  save(): Promise<Answer<never>> {
    throw new Bug('memcached does not write out what it holds')
  }

  meet(): Promise<Answer<void>> {
    return this.cluster()
  }

  forget(): Promise<Answer<void>> {
    return this.cluster()
  }

  claim(): Promise<Answer<void>> {
    return this.cluster()
  }

  setSlots(): Promise<Answer<void>> {
    return this.cluster()
  }

  drain(): Promise<Answer<never>> {
    return this.cluster()
  }

  /** It reads its parameters at its start and has no tokens. */
  drift(): Promise<Answer<string[]>> {
    return Promise.resolve({ kind: 'answered', value: [] })
  }

  /** Everybody who may log in can; busy until it has read who that is. */
  async configure(node: NodeSpec): Promise<Answer<void>> {
    const route = await this.routeTo(node)
    for (const { userName, password } of node.asksLogin ? node.saslUsers : []) {
      let text = ''
      const words = `${userName} ${password.reveal()}`
      const answer = await exchange(route, loginOf(words), (chunk) => {
        text += chunk.toString('utf8')
        return text.endsWith('\r\n') ? text : null
      })
      if (answer.kind !== 'answered') return answer
      if (answer.value !== 'STORED\r\n')
        return { kind: 'busy', because: `it does not let ${userName} in yet` }
    }
    return { kind: 'answered', value: undefined }
  }

  async readCertificate(node: NodeRef): Promise<Answer<void>> {
    const login = node.asksLogin ? this.#login(node) : ''
    const expected = node.asksLogin ? 'STORED\r\nOK\r\n' : 'OK\r\n'
    let text = ''
    return exchange(await this.routeTo(node), `${login}refresh_certs\r\n`, (chunk) => {
      text += chunk.toString('utf8')
      if (!expected.startsWith(text)) throw new Error('it could not read its new certificate')
      return text === expected ? undefined : null
    })
  }

  probe(): () => void {
    throw new Bug('memcached nodes are looked after by their engine alone')
  }
}

/** Memcached takes a login for a value that is stored. */
function loginOf(words: string): string {
  return `set login 0 0 ${words.length}\r\n${words}\r\n`
}

function parseStats(text: string): NodeFacts {
  const fields = new Map(
    text.split('\r\n').map((line): [string, string] => {
      const [, name = '', value = ''] = line.split(' ')
      return [name, value]
    }),
  )
  // There is no run id; the second of the start tells two processes apart well enough.
  const startedAt = Number(fields.get('time') ?? 0) - Number(fields.get('uptime') ?? 0)
  return {
    version: fields.get('version') ?? '',
    runId: `${fields.get('pid') ?? ''}-${startedAt}`,
    role: 'none',
    open: true,
    maxmemoryBytes: Number(fields.get('limit_maxbytes') ?? 0),
    clusterNodeId: null,
    usedMemoryBytes: Number(fields.get('bytes') ?? 0),
    replication: NO_REPLICATION,
  }
}
