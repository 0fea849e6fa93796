import type {
  ContainerInfo,
  ContainerInspectInfo,
  ImageInfo,
  NetworkInspectInfo,
  VolumeInspectInfo,
} from 'dockerode'
import {
  OUT_OF_MEMORY,
  type ContainerFacts,
  type ContainerState,
  type EngineInfo,
  type ImageFacts,
  type NetworkFacts,
  type ObjectFacts,
} from '../core/docker-engine.ts'

/**
 * Docker's answers in our words. dockerode hands on a body that is cut off, or no JSON, as if it were the answer, so
 * each is checked before it is believed: an empty list from half a body would make every node look lost.
 */
export function listOf<T>(answer: T[]): T[] {
  if (!Array.isArray(answer)) throw new Error('the answer is no list')
  return answer
}

export function volumesOf(answer: { Volumes: VolumeInspectInfo[] | null }): VolumeInspectInfo[] {
  return listOf(objectOf(answer, 'Volumes').Volumes ?? [])
}

export function engineInfo(answer: { ID?: string; NCPU?: number; MemTotal?: number }): EngineInfo {
  const { ID = '', NCPU, MemTotal } = objectOf(answer, 'NCPU')
  if (typeof NCPU !== 'number' || typeof MemTotal !== 'number') throw new Error('the answer says no capacity')
  return { id: ID, cpus: NCPU, memoryBytes: MemTotal }
}

function objectOf<T extends object>(answer: T, member: keyof T): T {
  if (typeof answer !== 'object' || answer === null || !(member in answer)) {
    throw new Error('the answer is not what was asked for')
  }
  return answer
}

export function listedContainer(info: ContainerInfo): ContainerFacts {
  return {
    ref: info.Id,
    name: bareName(info.Names[0] ?? ''),
    labels: info.Labels,
    createdAt: new Date(info.Created * 1_000),
    state: stateOf(info.State),
    attached: Object.keys(info.NetworkSettings?.Networks ?? {}).length > 0,
    imageId: info.ImageID,
  }
}

export function inspectedContainer(info: ContainerInspectInfo): ContainerFacts & { because: string } {
  objectOf(info, 'State')
  return {
    ref: info.Id,
    name: bareName(info.Name),
    labels: info.Config.Labels,
    createdAt: dateOf(info.Created),
    state: stateOf(info.State.Status),
    attached: Object.keys(info.NetworkSettings?.Networks ?? {}).length > 0,
    imageId: info.Image,
    because: whyStopped(info.State),
  }
}

export function listedNetwork(info: NetworkInspectInfo): NetworkFacts {
  return {
    ref: info.Id,
    name: info.Name,
    labels: info.Labels ?? {},
    createdAt: dateOf(info.Created),
    subnet: info.IPAM?.Config?.[0]?.Subnet ?? null,
  }
}

/** Docker has null, and older ones `<none>:<none>`, for an image without a name. */
export function listedImage(info: ImageInfo): ImageFacts[] {
  return (info.RepoTags ?? []).map((tag) => ({ tag, imageId: info.Id }))
}

export function listedVolume(info: VolumeInspectInfo): ObjectFacts {
  // Docker says when a volume was made, though the types of the client do not.
  const createdAt = 'CreatedAt' in info && typeof info.CreatedAt === 'string' ? dateOf(info.CreatedAt) : null
  return { ref: info.Name, name: info.Name, labels: info.Labels ?? {}, createdAt }
}

function stateOf(status: string): ContainerState {
  switch (status) {
    case 'created':
    case 'running':
    case 'paused':
    case 'exited':
      return status
    case 'dead':
      return 'exited'
    default:
      return 'other'
  }
}

function whyStopped(state: ContainerInspectInfo['State']): string {
  if (state.OOMKilled) return OUT_OF_MEMORY
  const error = state.Error === '' ? '' : `: ${state.Error}`
  return `it exited with code ${state.ExitCode}${error}`
}

function bareName(name: string): string {
  return name.replace(/^\//, '')
}

function dateOf(text: string): Date | null {
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? null : date
}
