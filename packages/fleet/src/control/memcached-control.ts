import { Bug, type NodeRef, type NodeSpec, type ReplicationFacts } from '@cacheplane/domain'
import type { Answer, NodeControl, NodeFacts } from '../core/node-control.ts'
import type { Route } from './connect.ts'
import { exchange } from './exchange.ts'

const ANSWER_MAX = 65_536

const NO_REPLICATION: ReplicationFacts = {
  historyId: '',
  formerHistoryId: null,
  offset: 0,
  keys: 0,
  loading: false,
  link: null,
}

/** memcached has no users and no closed state: it is open as soon as it answers, and known by its certificate only. */
export class MemcachedControl implements Omit<NodeControl, 'listens'> {
  constructor(private readonly routeTo: (node: NodeRef) => Promise<Route>) {}

  async read(node: NodeRef): Promise<Answer<NodeFacts>> {
    let text = ''
    const answer = await exchange(await this.routeTo(node), 'stats\r\n', (chunk) => {
      text += chunk.toString('utf8')
      if (text.length > ANSWER_MAX || !'STAT '.startsWith(text.slice(0, 5)))
        throw new Error('it is no memcached')
      return text.endsWith('END\r\n') ? parseStats(text) : null
    })
    return answer
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

  cluster(): Promise<Answer<never>> {
    throw new Bug('memcached nodes know nothing of one another')
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

  probe(): () => void {
    throw new Bug('memcached nodes are looked after by their engine alone')
  }
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
    replication: NO_REPLICATION,
  }
}
