export const ENGINES = ['redis', 'valkey', 'memcached'] as const
export type Engine = (typeof ENGINES)[number]

/** One line of the catalogue: a version that a user may ask for, and the image that runs it. */
export interface EngineVersion {
  engine: Engine
  /** As users write it: `8.1` for redis and valkey, `1.6.38` for memcached. */
  version: string
  parameterGroupFamily: string
  /** Official image, pulled where a registry can be reached. */
  officialImage: string
  /** Debian suite whose package is this version, from which the image is built otherwise. */
  debianSuite: 'bullseye' | 'bookworm' | 'trixie'
  debianPackage: string
  /** Version of the format in which it hands its data to replicas; it reads this one and older ones. Null without any. */
  dataFormat: number | null
  /** Whether this is what `engineVersion` defaults to. */
  isDefault: boolean
}

/** Only versions that some Debian suite ships, so that every one of them can run without a registry. */
export const ENGINE_VERSIONS: readonly EngineVersion[] = [
  {
    engine: 'redis',
    version: '6.0',
    parameterGroupFamily: 'redis6.x',
    officialImage: 'redis:6.0',
    debianSuite: 'bullseye',
    debianPackage: 'redis-server',
    dataFormat: 9,
    isDefault: false,
  },
  {
    engine: 'redis',
    version: '7.0',
    parameterGroupFamily: 'redis7',
    officialImage: 'redis:7.0',
    debianSuite: 'bookworm',
    debianPackage: 'redis-server',
    dataFormat: 10,
    isDefault: true,
  },
  {
    engine: 'redis',
    version: '8.0',
    parameterGroupFamily: 'redis8',
    officialImage: 'redis:8.0',
    debianSuite: 'trixie',
    debianPackage: 'redis-server',
    dataFormat: 12,
    isDefault: false,
  },
  {
    engine: 'valkey',
    version: '8.1',
    parameterGroupFamily: 'valkey8',
    officialImage: 'valkey/valkey:8.1',
    debianSuite: 'trixie',
    debianPackage: 'valkey-server',
    dataFormat: 11,
    isDefault: true,
  },
  {
    engine: 'memcached',
    version: '1.6.18',
    parameterGroupFamily: 'memcached1.6',
    officialImage: 'memcached:1.6.18',
    debianSuite: 'bookworm',
    debianPackage: 'memcached',
    dataFormat: null,
    isDefault: false,
  },
  {
    engine: 'memcached',
    version: '1.6.38',
    parameterGroupFamily: 'memcached1.6',
    officialImage: 'memcached:1.6.38',
    debianSuite: 'trixie',
    debianPackage: 'memcached',
    dataFormat: null,
    isDefault: true,
  },
]

export function findEngineVersion(engine: Engine, version: string): EngineVersion | undefined {
  return ENGINE_VERSIONS.find((row) => row.engine === engine && row.version === version)
}

export function defaultEngineVersion(engine: Engine): EngineVersion {
  const row = ENGINE_VERSIONS.find((candidate) => candidate.engine === engine && candidate.isDefault)
  if (row === undefined) throw new Error(`the catalogue has no default version of ${engine}`)
  return row
}

const FIRST_WITH_CLUSTER = 7

/**
 * Whether it has cluster mode. Nodes of older versions tell clients the addresses by which they reach one another, and no
 * client can reach those.
 */
export function canCluster({ engine, version }: Pick<EngineVersion, 'engine' | 'version'>): boolean {
  return engine === 'valkey' || (engine === 'redis' && Number.parseInt(version, 10) >= FIRST_WITH_CLUSTER)
}
