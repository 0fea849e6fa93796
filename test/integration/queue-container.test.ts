import { Redis } from 'ioredis'
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectDocker } from '../../docker/bootstrap/docker-client.ts'
import { findFreePort } from '../../docker/bootstrap/free-port.ts'
import {
  ensureQueueContainer,
  queueName,
  stopQueueContainer,
  type QueueSpec,
} from '../../docker/bootstrap/queue-container.ts'

const docker = connectDocker('unix:///var/run/docker.sock')
let spec: QueueSpec

beforeEach(async () => {
  spec = {
    installationId: randomBytes(6).toString('hex'),
    port: await findFreePort(),
    password: randomBytes(12).toString('hex'),
  }
})

afterEach(async () => {
  const name = queueName(spec.installationId)
  await docker.getContainer(name).remove({ force: true, v: true })
  await docker.getVolume(name).remove()
})

async function ask(password: string, command: string, ...args: string[]): Promise<unknown> {
  const client = new Redis({ port: spec.port, password, retryStrategy: () => null, lazyConnect: true })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await client.call(command, ...args)
  } finally {
    client.disconnect()
  }
}

async function answersPing(): Promise<void> {
  await expect.poll(() => ask(spec.password, 'PING').catch(() => 'silent'), { timeout: 10_000 }).toBe('PONG')
}

test('the queue runs with its password, evicts nothing, and lets nobody else in', async () => {
  expect(await ensureQueueContainer(docker, spec)).toBe('made')
  await answersPing()
  expect(await ask(spec.password, 'CONFIG', 'GET', 'maxmemory-policy')).toEqual([
    'maxmemory-policy',
    'noeviction',
  ])
  await expect(ask('wrong', 'PING')).rejects.toThrow()
})

test('the password shows nowhere in what the engine tells about the container', async () => {
  await ensureQueueContainer(docker, spec)
  const told = JSON.stringify(await docker.getContainer(queueName(spec.installationId)).inspect())
  expect(told).not.toContain(spec.password)
  expect(told).toContain(spec.installationId)
})

test('it comes back after it was stopped, killed or removed, and is left alone while it runs', async () => {
  await ensureQueueContainer(docker, spec)
  expect(await ensureQueueContainer(docker, spec)).toBe('running')
  await stopQueueContainer(docker, spec.installationId)
  expect(await ensureQueueContainer(docker, spec)).toBe('started')
  await docker.getContainer(queueName(spec.installationId)).kill()
  expect(await ensureQueueContainer(docker, spec)).toBe('started')
  await docker.getContainer(queueName(spec.installationId)).remove({ force: true })
  expect(await ensureQueueContainer(docker, spec)).toBe('made')
  await answersPing()
})

test('another port makes it anew there', async () => {
  await ensureQueueContainer(docker, spec)
  spec.port = await findFreePort()
  expect(await ensureQueueContainer(docker, spec)).toBe('made')
  await answersPing()
})
