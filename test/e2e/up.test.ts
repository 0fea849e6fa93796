import { defaultEngineVersion } from '@cacheplane/domain'
import { engineImageTag } from '@cacheplane/fleet/images'
import { Redis } from 'ioredis'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDocker } from '../../docker/bootstrap/docker-client.ts'
import { SecondInstallation } from '../support/second-installation.ts'

const docker = connectDocker(process.env.DOCKER_HOST || 'unix:///var/run/docker.sock')
/** A stranger on the same engine, who even carries our label with the id of another installation. */
const canary = `canary-${randomBytes(4).toString('hex')}`
const canaryLabels = { 'dev.cacheplane.installation': randomBytes(6).toString('hex') }
let service: SecondInstallation

beforeAll(async () => {
  service = await SecondInstallation.prepare()
  await docker.createNetwork({ Name: canary, Labels: canaryLabels })
  await docker.createVolume({ Name: canary, Labels: canaryLabels })
  const container = await docker.createContainer({
    name: canary,
    Image: engineImageTag(defaultEngineVersion('redis')),
    Entrypoint: ['redis-server'],
    Labels: canaryLabels,
    HostConfig: { NetworkMode: canary, Mounts: [{ Type: 'volume', Source: canary, Target: '/data' }] },
  })
  await container.start()
})

afterAll(async () => {
  await service.clear()
  await docker.getContainer(canary).remove({ force: true, v: true })
  await docker.getNetwork(canary).remove()
  await docker.getVolume(canary).remove()
})

interface Group {
  status: string
  nodeGroups: { primaryEndpoint: { address: string; port: number } }[]
}

async function findGroup(): Promise<Group> {
  const { status, body } = await service.request('GET', '/v1/replication-groups/sessions')
  expect(status).toBe(200)
  return body as unknown as Group
}

async function cache(command: string, ...args: string[]): Promise<unknown> {
  const endpoint = (await kept).nodeGroups[0]?.primaryEndpoint
  const client = new Redis({
    host: endpoint?.address ?? '',
    port: endpoint?.port ?? 0,
    connectTimeout: 5_000,
    retryStrategy: () => null,
  })
  client.on('error', () => undefined)
  try {
    return await client.call(command, ...args)
  } finally {
    client.disconnect()
  }
}

let kept: Promise<Group>

test('one command starts the service, and only the owner may read the key it writes', async () => {
  const output = await service.up()
  expect(await service.isReady()).toBe(true)
  expect(service.envFileMode()).toBe(0o600)
  const { CACHEPLANE_URL, CACHEPLANE_TOKEN = '' } = service.env()
  expect(CACHEPLANE_URL).toBe(service.url)
  expect(output).toContain(service.url)
  expect(output).not.toContain(CACHEPLANE_TOKEN)
})

test('a second time changes nothing and takes seconds', async () => {
  const token = service.env().CACHEPLANE_TOKEN
  const before = (await service.processes()).map(({ pid }) => pid)
  const started = performance.now()
  await service.up()
  expect(performance.now() - started).toBeLessThan(30_000)
  expect((await service.processes()).map(({ pid }) => pid)).toEqual(before)
  expect(service.env().CACHEPLANE_TOKEN).toBe(token)
})

test('a cache is created, waited for and used', async () => {
  const { status, body } = await service.request('POST', '/v1/replication-groups', {
    replicationGroupId: 'sessions',
    description: 'what users are logged in',
    cacheNodeType: 'cache.t4g.micro',
  })
  expect({ status, body }).toMatchObject({ status: 200, body: { status: 'available' } })
  kept = findGroup()
  expect(await cache('SET', 'alice', 'logged in')).toBe('OK')
})

test('api, worker and supervisor may be killed: the service comes back', async () => {
  for (const { pid } of await service.processes('dist/server.js')) process.kill(pid, 'SIGKILL')
  for (const { pid } of await service.processes('dist/main.js')) process.kill(pid, 'SIGKILL')
  await expect.poll(() => service.isReady(), { timeout: 30_000 }).toBe(true)
  await expect.poll(() => service.processes('dist/main.js'), { timeout: 15_000 }).toHaveLength(1)
  for (const { pid } of await service.processes('supervisor.js')) process.kill(pid, 'SIGKILL')
  await service.up()
  expect(await service.processes()).toHaveLength(3)
  expect(await findGroup()).toMatchObject({ status: 'available' })
})

test('down stops the service and leaves the cache serving', async () => {
  await service.down()
  expect(await service.processes()).toEqual([])
  expect(await service.isReady()).toBe(false)
  expect(await cache('GET', 'alice')).toBe('logged in')
})

test('the next up finds the cache again', async () => {
  await service.up()
  expect(await findGroup()).toMatchObject({ status: 'available' })
  expect(await cache('GET', 'alice')).toBe('logged in')
})

test('the queue is not taken for an orphan', async () => {
  const find = async (): Promise<{ Id: string; Created: number } | undefined> => {
    const filters = { label: [service.label, 'dev.cacheplane.kind=queue'] }
    return (await docker.listContainers({ filters }))[0]
  }
  const before = await find()
  // The worker removes what nobody owns once it is twenty seconds old.
  const age = async (): Promise<number> => Date.now() / 1_000 - ((await find())?.Created ?? Infinity)
  await expect.poll(age, { timeout: 60_000, interval: 1_000 }).toBeGreaterThan(30)
  expect((await find())?.Id).toBe(before?.Id)
})

test('purge removes everything of this installation and nothing else', async () => {
  const filters = { label: [service.label] }
  expect((await docker.listContainers({ all: true, filters })).length).toBeGreaterThan(1)
  await service.down('--purge')
  expect(await docker.listContainers({ all: true, filters })).toEqual([])
  expect(await docker.listNetworks({ filters })).toEqual([])
  expect((await docker.listVolumes({ filters })).Volumes).toEqual([])
  expect(existsSync(join(service.stateDir, 'installation.json'))).toBe(false)

  expect((await docker.getContainer(canary).inspect()).State.Running).toBe(true)
  await docker.getNetwork(canary).inspect()
  await docker.getVolume(canary).inspect()
})
