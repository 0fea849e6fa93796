import { readFileSync } from 'node:fs'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { DockerOptions } from 'dockerode'
import { SshAgent } from './ssh-agent.ts'

const SOCKETS_MAX = 8
/** Several workers do not come near the ten strangers at once from whom on sshd turns some away. */
const SSH_SOCKETS_MAX = 4

/**
 * Options for a client of the engine at `address`, written as in `DOCKER_HOST`:
 * `unix:///var/run/docker.sock`, `tcp://host:2375`, `tcp://host:2376?certs=/directory` (TLS, with `ca.pem`, `cert.pem` and
 * `key.pem` in it), `ssh://user@host[:port][?key=/file&hosts=/file]` (the key to show, and the hosts that are known; without
 * them ssh's own). Throws for anything else.
 */
export function parseDockerAddress(address: string): DockerOptions {
  if (address.startsWith('unix://')) {
    return { socketPath: address.slice('unix://'.length), ...agentOption(plainAgent()) }
  }
  const url = new URL(address)
  switch (url.protocol) {
    case 'tcp:':
      return tcpOptions(url)
    case 'ssh:':
      // What a request names is of no account: the connection leads to the engine.
      return { protocol: 'http', host: 'docker', port: 80, ...agentOption(sshAgent(url)) }
    default:
      throw new Error(`a Docker engine is reached by unix://, tcp:// or ssh://, not by ${url.protocol}`)
  }
}

/** Whether the engine runs on this machine, so that container addresses can be reached directly. */
export function isLocalEngine(address: string): boolean {
  return address.startsWith('unix://')
}

function tcpOptions(url: URL): DockerOptions {
  const certs = url.searchParams.get('certs')
  if (certs === null) {
    const port = Number(url.port || 2375)
    return { protocol: 'http', host: url.hostname, port, ...agentOption(plainAgent()) }
  }
  const pem = (name: string) => readFileSync(join(certs, name), 'utf8')
  const tls = { ca: pem('ca.pem'), cert: pem('cert.pem'), key: pem('key.pem') }
  const agent = unprinted(new HttpsAgent({ ...KEPT, ...tls }))
  return {
    protocol: 'https',
    host: url.hostname,
    port: Number(url.port || 2376),
    ...tls,
    ...agentOption(agent),
  }
}

const HOST = /^(?:[A-Za-z0-9][A-Za-z0-9.-]*|[0-9A-Fa-f:]+)$/
const USER = /^[A-Za-z_][\w.-]*$/
/** As ssh takes it in a setting. */
const FILE = /^\/[^"%\\\s]+$/

/** ssh takes these words as its arguments, so that none of them may be anything else than it seems. */
function sshAgent(url: URL): HttpAgent {
  const word = (name: string, text: string | null, allowed: RegExp): string | null => {
    if (text === null || text === '') return null
    if (!allowed.test(text)) throw new Error(`${JSON.stringify(text)} is no ${name} of an ssh:// address`)
    return text
  }
  const host = word('host', url.hostname.replace(/^\[(.*)\]$/, '$1'), HOST)
  if (host === null) throw new Error('an ssh:// address names a host')
  if (url.password !== '') throw new Error('an ssh:// address holds no password: use a key')
  const target = {
    host,
    user: word('user', decodeURIComponent(url.username), USER),
    port: url.port === '' ? null : Number(url.port),
    keyFile: word('key', url.searchParams.get('key'), FILE),
    knownHostsFile: word('hosts', url.searchParams.get('hosts'), FILE),
  }
  return unprinted(new SshAgent(target, { ...KEPT, maxSockets: SSH_SOCKETS_MAX }))
}

const KEPT = { keepAlive: true, maxSockets: SOCKETS_MAX }
const plainAgent = () => unprinted(new HttpAgent(KEPT))

/**
 * docker-modem prints the options of each request for its debug log, down to every field of every socket of the agent,
 * also when nobody reads that log; it cost more than all the rest of a worker.
 */
function unprinted<Agent extends HttpAgent>(agent: Agent): Agent {
  return Object.assign(agent, { [inspect.custom]: () => agent.constructor.name })
}

/** dockerode hands `agent` on to Node, but its types do not name it. */
function agentOption(agent: HttpAgent): DockerOptions {
  return { agent } as DockerOptions
}
