import type { ContainerCreateOptions, MountConfig } from 'dockerode'
import { needsFiles } from './forge-files.ts'
import { DIRECTORY, EDGE_FILES, UID } from '../config/node-files.ts'
import type { NodePlace } from '../config/render-redis-config.ts'
import type { EdgeBlueprint, NodeBlueprint } from '../core/docker-engine.ts'
import { EDGE_IMAGE } from '../images/edge-image.ts'
import { engineImageTag } from '../images/engine-image-tag.ts'

const PIDS_MAX = 256
/** An idle edge takes a tenth of it; the rest is for the buffers of four thousand connections. */
const EDGE_MEMORY = 256 * 1_048_576
/** Room for ten thousand clients; more than the hard limit of the Docker daemon would keep the node from starting. */
const FILES_MAX = 10_240

/** Everything Docker is told about a node. Secrets are not here: they are put into the volume before the start. */
export function containerOptions(
  blueprint: NodeBlueprint,
  [program, ...args]: [program: string, ...args: string[]],
  { publishAddress, hasSisters }: NodePlace & { publishAddress: string },
): ContainerCreateOptions {
  const { name, labels, networkName, spec } = blueprint
  // On one engine the nodes of a cluster speak to one another in their own network.
  const busPort = hasSisters ? spec.busPort : null
  const ports = [spec.port, spec.plainPort, busPort].filter((port) => port !== null)
  return {
    name,
    Image: engineImageTag({ engine: spec.engine, version: spec.engineVersion }),
    Entrypoint: [program],
    Cmd: args,
    User: `${UID}:${UID}`,
    Labels: { ...labels },
    WorkingDir: '/tmp',
    ExposedPorts: Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])),
    Healthcheck: { Test: ['NONE'] },
    ...(spec.seed === null ? {} : STANDARD_INPUT),
    NetworkingConfig: {
      EndpointsConfig: { [networkName]: { IPAMConfig: { IPv4Address: spec.ip } } },
    },
    HostConfig: {
      ...hardening(spec.limits.memoryBytes),
      ...(hasSisters ? {} : NAMELESS),
      NanoCpus: Math.round(spec.limits.cpus * 1e9),
      NetworkMode: networkName,
      PortBindings: Object.fromEntries(
        ports.map((port) => [`${port}/tcp`, [{ HostIp: publishAddress, HostPort: String(port) }]]),
      ),
      Mounts: needsFiles(spec) ? [volumeOf(blueprint)] : [],
    },
  }
}

/** On the host's network: no proxy of Docker's stands in the way, and none has to be started for every port. */
export function edgeOptions(blueprint: EdgeBlueprint): ContainerCreateOptions {
  const { name, labels } = blueprint
  return {
    name,
    Image: EDGE_IMAGE,
    Entrypoint: ['haproxy'],
    Cmd: ['-db', '-f', EDGE_FILES.config],
    User: `${UID}:${UID}`,
    Labels: { ...labels },
    WorkingDir: '/tmp',
    Healthcheck: { Test: ['NONE'] },
    HostConfig: { ...hardening(EDGE_MEMORY), NetworkMode: 'host', Mounts: [volumeOf(blueprint)] },
  }
}

/**
 * On one engine nodes are told addresses only and have no names to resolve. Docker's own resolver takes a dozen firewall rules
 * and a process for each container, a third of what a start costs: engines up to 25 go without it when they cannot read an
 * option, later ones overlook the option.
 */
const NAMELESS = { Dns: ['127.0.0.1'], DnsOptions: ['ndots:-1'] }

/** Closed for good when whoever feeds it is through, or gone: an engine never waits for a second half. */
export const STANDARD_INPUT = { OpenStdin: true, StdinOnce: true } as const

function volumeOf({ name, labels }: Pick<NodeBlueprint, 'name' | 'labels'>): MountConfig[number] {
  return {
    Type: 'volume',
    Source: name,
    Target: DIRECTORY,
    ReadOnly: false,
    VolumeOptions: {
      NoCopy: true,
      Labels: { ...labels },
      DriverConfig: { Name: 'local', Options: {} },
    },
  }
}

export function hardening(memoryBytes: number) {
  return {
    // What has stopped is replaced: an empty primary at a known address would wipe its replicas.
    RestartPolicy: { Name: 'no' },
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    PidsLimit: PIDS_MAX,
    Memory: memoryBytes,
    MemorySwap: memoryBytes,
    Ulimits: [{ Name: 'nofile', Soft: FILES_MAX, Hard: FILES_MAX }],
    Tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=16m' },
    LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } },
  }
}
