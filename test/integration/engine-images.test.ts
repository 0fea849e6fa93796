import { ENGINE_VERSIONS, findEngineVersion, type EngineVersion } from '@cacheplane/domain'
import { EDGE_IMAGE, ensureEdgeImage, ensureEngineImages, engineImageTag } from '@cacheplane/fleet/images'
import { expect, test } from 'vitest'
import { connectDocker } from '../../docker/bootstrap/docker-client.ts'
import { runInImage } from '../../packages/fleet/src/images/run-in-image.ts'
import { verifyEngineImage } from '../../packages/fleet/src/images/verify-engine-image.ts'

const docker = connectDocker(process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock')
const redis = findEngineVersion('redis', '7.0')

function impostor(changes: Partial<EngineVersion>): EngineVersion {
  if (redis === undefined) throw new Error('redis 7.0 has left the catalogue')
  return { ...redis, officialImage: 'registry.invalid/nothing:1', ...changes }
}

async function imageIds(): Promise<string[]> {
  return (await docker.listImages()).map(({ Id }) => Id).sort()
}

test('every version of the catalogue has an image that runs this very version', async () => {
  const reports = await ensureEngineImages(docker, ENGINE_VERSIONS)
  expect(reports.filter(({ outcome }) => outcome === 'missing')).toEqual([])
  for (const row of ENGINE_VERSIONS)
    expect(await verifyEngineImage(docker, engineImageTag(row), row)).toBeNull()
})

test('there is an image of edges, and it runs the HAProxy that they are driven as', async () => {
  expect((await ensureEdgeImage(docker)).outcome).not.toBe('missing')
  expect(await runInImage(docker, EDGE_IMAGE, ['haproxy', '-v'])).toMatch(/version 3\.0\./)
})

test('what is there is left as it is', async () => {
  await ensureEngineImages(docker, ENGINE_VERSIONS)
  await ensureEdgeImage(docker)
  const before = await imageIds()
  const reports = await ensureEngineImages(docker, ENGINE_VERSIONS)
  expect(reports.every(({ outcome }) => outcome === 'present')).toBe(true)
  expect((await ensureEdgeImage(docker)).outcome).toBe('present')
  expect(await imageIds()).toEqual(before)
})

test('an image that runs another version than its tag would say gets no tag, and does not stay', async () => {
  const before = await imageIds()
  const [report] = await ensureEngineImages(docker, [impostor({ version: '7.9' })])
  expect(report).toMatchObject({ outcome: 'missing', because: expect.stringContaining('not 7.9') as unknown })
  expect(await imageIds()).toEqual(before)
})

test('a package that does not exist is told about, and does not stop the others', async () => {
  const [report] = await ensureEngineImages(docker, [
    impostor({ version: '7.8', debianPackage: 'no-such-package' }),
  ])
  expect(report).toMatchObject({ outcome: 'missing' })
  expect(report?.because).toMatch(/no-such-package/)
})
