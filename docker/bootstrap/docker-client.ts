import Docker from 'dockerode'
import { Obstacle } from './say.ts'

/** Client of a Docker engine named like in DOCKER_HOST. */
export function connectDocker(address: string): Docker {
  if (address.startsWith('unix://')) return new Docker({ socketPath: address.slice('unix://'.length) })
  const url = /^(tcp|http|https):\/\//.test(address) ? new URL(address.replace(/^tcp:/, 'http:')) : null
  if (url === null) {
    throw new Obstacle(
      `A Docker engine is named like unix:///var/run/docker.sock or tcp://host:2375, not "${address}".`,
    )
  }
  return new Docker({ host: url.hostname, port: Number(url.port || 2375), protocol: 'http' })
}

const PING_MS = 3_000

export type EngineState = 'answers' | 'forbidden' | 'silent'

/** Whether an engine answers, within three seconds. */
export async function pingEngine(docker: Docker): Promise<EngineState> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<EngineState>((resolve) => {
    timer = setTimeout(resolve, PING_MS, 'silent')
  })
  const answer = docker.ping().then(
    (): EngineState => 'answers',
    (error: unknown): EngineState => (codeOf(error) === 'EACCES' ? 'forbidden' : 'silent'),
  )
  try {
    return await Promise.race([answer, patience])
  } finally {
    clearTimeout(timer)
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null
}
