import { readFileSync } from 'node:fs'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { DockerOptions } from 'dockerode'

const SOCKETS_MAX = 8

/**
 * Options for a client of the engine at `address`, written as in `DOCKER_HOST`:
 * `unix:///var/run/docker.sock`, `tcp://host:2375`, `tcp://host:2376?certs=/directory` (TLS, with `ca.pem`, `cert.pem` and
 * `key.pem` in it), `ssh://user@host` (by the agent or key that `sshOptions` name). Throws for anything else.
 */
export function parseDockerAddress(address: string, sshOptions: object = {}): DockerOptions {
  if (address.startsWith('unix://')) {
    return { socketPath: address.slice('unix://'.length), ...agentOption(plainAgent()) }
  }
  const url = new URL(address)
  switch (url.protocol) {
    case 'tcp:':
      return tcpOptions(url)
    case 'ssh:':
      return {
        protocol: 'ssh',
        host: url.hostname,
        port: Number(url.port || 22),
        ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
        sshOptions,
      }
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
  const agent = unprinted(new HttpsAgent({ keepAlive: true, maxSockets: SOCKETS_MAX, ...tls }))
  return {
    protocol: 'https',
    host: url.hostname,
    port: Number(url.port || 2376),
    ...tls,
    ...agentOption(agent),
  }
}

const plainAgent = () => unprinted(new HttpAgent({ keepAlive: true, maxSockets: SOCKETS_MAX }))

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
