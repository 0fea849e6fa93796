import { ENGINE_VERSIONS, type Fleet, type NodeRef } from '@cacheplane/domain'
import { engineImageTag } from '../images/engine-image-tag.ts'
import { reason, unknown } from './call.ts'
import type { DockerEngine } from './docker-engine.ts'
import { incarnationOf, NODE_LABEL } from './labels.ts'
import { containerName } from './names.ts'

/** What the catalogue's names stand for on this engine, and what the nodes there were made of when they stood for it. */
export async function surveyImages(engine: DockerEngine): ReturnType<Fleet['surveyImages']> {
  const [images, containers] = await Promise.all([engine.images(), engine.containers()])
  if (images.kind !== 'ok') return unknown(reason(images))
  if (containers.kind !== 'ok') return unknown(reason(containers))
  return {
    kind: 'known',
    images: ENGINE_VERSIONS.flatMap((row) => {
      const found = images.value.find(({ tag }) => tag === engineImageTag(row))
      return found === undefined ? [] : [{ engine: row.engine, version: row.version, imageId: found.imageId }]
    }),
    nodes: containers.value.flatMap(({ labels, imageId }) => {
      const [nodeId, incarnation] = [labels[NODE_LABEL], incarnationOf(labels)]
      return nodeId === undefined || incarnation === null ? [] : [{ nodeId, incarnation, imageId }]
    }),
  }
}

export async function imageOf(engine: DockerEngine, ref: NodeRef): Promise<string | null> {
  const inspected = await engine.inspectContainer(containerName(ref))
  return inspected.kind === 'ok' ? inspected.value.imageId : null
}
