import { defaultEngineVersion } from '@cacheplane/domain'
import { engineImageTag } from '@cacheplane/fleet/images'
import type Docker from 'dockerode'
import { tarFile } from './tar-file.ts'

export interface QueueSpec {
  installationId: string
  port: number
  password: string
}

const CONFIG = '/data/queue.conf'
const USER = { uid: 999, gid: 999, mode: 0o600 }

/** Name of the container, and of the volume that its configuration lies in. */
export function queueName(installationId: string): string {
  return `cacheplane-queue-${installationId.slice(0, 8)}`
}

/**
 * Sees that the Redis behind the queue runs. It holds wake-up hints only, so unlike a cache node it may be started
 * again or made anew at any time.
 */
export async function ensureQueueContainer(
  docker: Docker,
  spec: QueueSpec,
): Promise<'running' | 'started' | 'made'> {
  const name = queueName(spec.installationId)
  const state = await stateOf(docker, name, spec)
  if (state === 'running') return 'running'
  if (state === 'stopped') {
    const started = await docker
      .getContainer(name)
      .start()
      .then(() => true)
      .catch(() => false)
    if (started) return 'started'
  }
  await removeQueue(docker, name)
  await make(docker, name, spec)
  return 'made'
}

export async function stopQueueContainer(docker: Docker, installationId: string): Promise<void> {
  await docker
    .getContainer(queueName(installationId))
    .stop({ t: 2 })
    .catch((error: unknown) => ignore(error, [304, 404]))
}

async function stateOf(
  docker: Docker,
  name: string,
  spec: QueueSpec,
): Promise<'running' | 'stopped' | 'unfit'> {
  const found = await docker
    .getContainer(name)
    .inspect()
    .catch((error: unknown) => ignore(error, [404]))
  if (found === undefined) return 'unfit'
  const published = found.HostConfig.PortBindings as Record<string, { HostPort?: string }[]> | undefined
  const fits = published?.['6379/tcp']?.[0]?.HostPort === String(spec.port)
  if (!fits) return 'unfit'
  return found.State.Running && !found.State.Paused ? 'running' : found.State.Running ? 'unfit' : 'stopped'
}

async function removeQueue(docker: Docker, name: string): Promise<void> {
  await docker
    .getContainer(name)
    .remove({ force: true, v: true })
    .catch((error: unknown) => ignore(error, [404]))
}

async function make(docker: Docker, name: string, spec: QueueSpec): Promise<void> {
  const labels = {
    'dev.cacheplane.installation': spec.installationId,
    'dev.cacheplane.kind': 'queue',
  }
  await docker.createVolume({ Name: name, Labels: labels })
  const container = await docker.createContainer({
    name,
    Image: engineImageTag(defaultEngineVersion('redis')),
    Entrypoint: ['redis-server'],
    Cmd: [CONFIG],
    User: `${USER.uid}:${USER.gid}`,
    Labels: labels,
    ExposedPorts: { '6379/tcp': {} },
    HostConfig: {
      PortBindings: { '6379/tcp': [{ HostIp: '127.0.0.1', HostPort: String(spec.port) }] },
      Mounts: [{ Type: 'volume', Source: name, Target: '/data' }],
      RestartPolicy: { Name: 'no' },
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: 64,
      Memory: 512 << 20,
      Tmpfs: { '/tmp': 'rw,noexec,nosuid,size=16m' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
    },
  })
  // A file in the volume, because arguments, environment and labels show in "docker inspect".
  await container.putArchive(tarFile('queue.conf', renderConfig(spec.password), USER), { path: '/data' })
  await container.start()
}

/** No persistence: what is lost with it is only rung for again by the sweep. */
function renderConfig(password: string): string {
  return [
    'bind 0.0.0.0',
    'port 6379',
    'dir /data',
    'appendonly no',
    'save ""',
    'maxmemory 256mb',
    'maxmemory-policy noeviction',
    `requirepass ${password}`,
    '',
  ].join('\n')
}

function ignore(error: unknown, statusCodes: readonly number[]): undefined {
  const code = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : null
  if (statusCodes.some((expected) => expected === code)) return undefined
  throw error
}
