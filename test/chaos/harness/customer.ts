import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { z } from 'zod'
import { RespClient, type RespTarget } from '../../support/resp-client.ts'
import { DEADLINES } from '../deadlines.ts'
import { describeUnrest } from './describe-unrest.ts'
import type { Service } from './service.ts'
import { waitFor } from './wait-for.ts'

type Kind = 'replication-group' | 'cache-cluster'

/** A cache that somebody wants: a group speaks TLS and wants the token, a cluster is a bare Memcached. */
export interface Cache {
  kind: Kind
  name: string
  /** Of a group: the primary and its replicas. One when left out. */
  nodes?: number
  /** Of a group with replicas: one of them takes over by itself. */
  takesOver?: boolean
  /** Of a group: Valkey, and the default version, when left out. */
  runs?: { engine: 'redis' | 'valkey'; engineVersion: string }
  /** Of a group: the snapshot that it begins with. */
  of?: string
}

export interface Answer {
  status: number
  body: string
}

const Endpoint = z.object({ address: z.string(), port: z.number() })
const Described = z.object({
  status: z.string().optional(),
  cacheClusterStatus: z.string().optional(),
  nodeGroups: z.array(z.object({ primaryEndpoint: Endpoint.optional() })).optional(),
  configurationEndpoint: Endpoint.nullish(),
})

/** Somebody who wants caches, repeats requests that were not answered, and remembers every answer. */
export class Customer {
  /** The AUTH token of all groups; no trace of it may ever be found. */
  readonly canary = `CANARY-${randomBytes(12).toString('hex')}`
  /** Bodies of all answers. */
  readonly answers: string[] = []
  /** Kept, so that caches can be greeted while the database is away. */
  #ca: string | null = null

  constructor(private readonly service: Service) {}

  /** Asks until it is accepted. */
  async create(cache: Cache): Promise<void> {
    const key = randomBytes(8).toString('hex')
    await this.#insist('POST', `/v1/${cache.kind}s`, this.#wish(cache), { 'idempotency-key': key }, [])
  }

  /** Asks until it is accepted, or until it is clear that an unanswered request had been. */
  async delete({ kind, name }: Cache): Promise<void> {
    await this.#insist('DELETE', `/v1/${kind}s/${name}`, undefined, {}, [400, 404])
  }

  async describe({ kind, name }: Cache): Promise<Answer> {
    return this.ask('GET', `/v1/${kind}s/${name}`)
  }

  /** ElastiCache's status, `gone`, or the HTTP status of a refusal; 0 when nobody answers. */
  async status(cache: Cache): Promise<string> {
    const { status, body } = await this.describe(cache)
    if (status !== 200) return status === 404 ? 'gone' : String(status)
    const described = Described.parse(JSON.parse(body))
    return described.status ?? described.cacheClusterStatus ?? 'without a status'
  }

  async becomes(cache: Cache, wanted: 'available' | 'gone' | 'modifying'): Promise<void> {
    const look = () => this.status(cache)
    const isThere = (seen: string): boolean => seen === wanted
    await waitFor(`${cache.name} to be ${wanted}`, look, isThere, DEADLINES.settled).catch(
      async (error: unknown) => {
        throw new Error(`${String(error)}${await describeUnrest(this.service)}`)
      },
    )
  }

  /** Available, and not only by its status. */
  async isServed(cache: Cache): Promise<void> {
    await this.becomes(cache, 'available')
    const look = async () => {
      const { address, port } = await this.#endpointOf(cache)
      return this.greet(cache, port, address)
    }
    await waitFor(`${cache.name} to serve`, look, (said) => /^PONG|^VERSION/.test(said), DEADLINES.settled)
  }

  /** Available, with nothing left of what was asked for. */
  async changed(cache: Cache): Promise<void> {
    const look = async () => (await this.describe(cache)).body
    const isOver = (body: string) =>
      body.includes('"status":"available"') && body.includes('"pendingModifiedValues":{}')
    await waitFor(`${cache.name} to be changed`, look, isOver, DEADLINES.settled)
  }

  /** Whoever shows this token at the port. */
  async isLetIn(port: number, password: string): Promise<void> {
    const target = { ...(await this.target(port)), password }
    const look = () => RespClient.open(target).then((client) => (client.close(), 'in'), String)
    await waitFor('the token to be good', look, (seen) => seen === 'in', DEADLINES.settled)
  }

  async portOf(cache: Cache): Promise<number> {
    return (await this.#endpointOf(cache)).port
  }

  /** What the cache says to somebody who knows its port and its token. */
  async greet({ kind }: Cache, port: number, host = '127.0.0.1'): Promise<string> {
    return kind === 'cache-cluster' ? greetMemcached(port) : this.#greetRedis(port, host)
  }

  async ask(method: string, path: string, body?: object, headers: object = {}): Promise<Answer> {
    try {
      const response = await fetch(`${this.service.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.service.token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(DEADLINES.accepted),
      })
      const answer = { status: response.status, body: await response.text() }
      this.answers.push(answer.body)
      return answer
    } catch {
      return { status: 0, body: '' }
    }
  }

  async #endpointOf(cache: Cache): Promise<z.infer<typeof Endpoint>> {
    const { body } = await this.describe(cache)
    const { nodeGroups, configurationEndpoint } = Described.parse(JSON.parse(body))
    const endpoint = configurationEndpoint ?? nodeGroups?.[0]?.primaryEndpoint
    if (endpoint === undefined) throw new Error(`${cache.name} has no endpoint: ${body}`)
    return endpoint
  }

  async #insist(method: string, path: string, body: object | undefined, headers: object, enough: number[]) {
    const deadlineMs = performance.now() + DEADLINES.accepted
    for (let isFirst = true; ; isFirst = false) {
      const answer = await this.ask(method, path, body, headers)
      const isAccepted = answer.status === 200 || answer.status === 202
      if (isAccepted || (!isFirst && enough.includes(answer.status))) return
      const isEngineAway = answer.status === 400 && answer.body.includes('Docker engine of')
      const mayPass = answer.status === 0 || answer.status === 503 || isEngineAway
      if (!mayPass || performance.now() > deadlineMs)
        throw new Error(`${method} ${path} was answered ${answer.status} ${answer.body}`)
      await sleep(100)
    }
  }

  /** What a program needs to speak to the caches of this customer. */
  async target(port: number, host = '127.0.0.1'): Promise<RespTarget> {
    this.#ca ??= (await this.service.installation.store.caCertificate()) ?? ''
    return { host, port, password: this.canary, ca: this.#ca }
  }

  #wish({ kind, name, nodes = 1, takesOver = false, runs, of }: Cache): object {
    const common = { cacheNodeType: 'cache.t4g.micro' }
    if (kind === 'cache-cluster')
      return { ...common, cacheClusterId: name, engine: 'memcached', numCacheNodes: nodes }
    const secured = { transitEncryptionEnabled: true, authToken: this.canary }
    const guards = { automaticFailoverEnabled: takesOver, multiAZEnabled: takesOver }
    const members = nodes === 1 ? {} : { numCacheClusters: nodes, ...guards }
    return {
      ...common,
      ...secured,
      ...members,
      replicationGroupId: name,
      description: name,
      engine: 'valkey',
      ...runs,
      ...(of !== undefined && { snapshotName: of }),
    }
  }

  async #greetRedis(port: number, host: string): Promise<string> {
    const { password, ca } = await this.target(port)
    const client = new Redis({
      host,
      port,
      password: password ?? '',
      tls: { ca },
      lazyConnect: true,
      enableReadyCheck: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      commandTimeout: 2_000,
      connectTimeout: 2_000,
    })
    client.on('error', () => undefined)
    try {
      return await client.ping()
    } catch (error) {
      return error instanceof Error ? error.message : 'failed'
    } finally {
      client.disconnect()
    }
  }
}

/** `VERSION 1.6…`, or why not. */
function greetMemcached(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('version\r\n'))
    const finish = (text: string): void => {
      socket.destroy()
      resolve(text.trim())
    }
    socket.once('data', (chunk) => finish(chunk.toString('latin1')))
    socket.once('error', (error) => finish(error.message))
    socket.once('close', () => finish('closed'))
    socket.setTimeout(2_000, () => finish('silence'))
  })
}
