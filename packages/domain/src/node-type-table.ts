import type { Engine } from './engines.ts'

/** Oldest version of each engine that runs on a family; null where the engine does not run at all. */
export type EngineMinimums = Readonly<Record<Engine, string | null>>

/** Size, vCPUs, GiB as published, `maxmemory` in bytes, memcached's `max_cache_memory` in MB, network Gbps base and burst. */
type Size = readonly [string, number, number, number, number | null, number, number]

interface Family {
  family: string
  minimums: EngineMinimums
  creatable?: false
  /** Spreads its data over memory and SSD; replication groups only. */
  dataTiering?: true
  sizes: readonly Size[]
}

const ANY = '0'

/** The node types that ElastiCache publishes. */
export const NODE_TYPE_FAMILIES: readonly Family[] = [
  {
    family: 't4g',
    minimums: { redis: '5.0.6', valkey: ANY, memcached: '1.5.16' },
    sizes: [
      ['micro', 2, 0.5, 536870912, 512, 0.064, 5],
      ['small', 2, 1.37, 1471026299, 1402, 0.128, 5],
      ['medium', 2, 3.09, 3317862236, 3164, 0.256, 5],
    ],
  },
  {
    family: 't3',
    minimums: { redis: ANY, valkey: ANY, memcached: ANY },
    sizes: [
      ['micro', 2, 0.5, 536870912, 512, 0.064, 5],
      ['small', 2, 1.37, 1471026299, 1402, 0.128, 5],
      ['medium', 2, 3.09, 3317862236, 3364, 0.256, 5],
    ],
  },
  {
    family: 't2',
    minimums: { redis: ANY, valkey: ANY, memcached: ANY },
    creatable: false,
    sizes: [
      ['micro', 1, 0.555, 581959680, 555, 0.064, 1.024],
      ['small', 1, 1.55, 1665138688, 1588, 0.128, 1.024],
      ['medium', 2, 3.22, 3461349376, 3301, 0.256, 1.024],
    ],
  },
  {
    family: 'm8g',
    minimums: { redis: null, valkey: '7.2', memcached: '1.6.6' },
    sizes: [
      ['large', 2, 6.79, 7294178820, 6956, 0.937, 12.5],
      ['xlarge', 4, 14.18, 15222495510, 14517, 1.875, 12.5],
      ['2xlarge', 8, 29.68, 31866224640, 30390, 3.75, 15],
      ['4xlarge', 16, 61.33, 65856864256, 62806, 7.5, 15],
      ['8xlarge', 32, 124.65, 133838143488, 127638, 15, 15],
      ['12xlarge', 48, 187.96, 201819422720, 192470, 22.5, 22.5],
      ['16xlarge', 64, 251.27, 269800701952, 257302, 30, 30],
    ],
  },
  {
    family: 'm7g',
    minimums: { redis: '6.2', valkey: '7.2', memcached: '1.5.16' },
    sizes: [
      ['large', 2, 6.38, 6854542746, 6537, 0.937, 12.5],
      ['xlarge', 4, 12.94, 13891921715, 13248, 1.875, 12.5],
      ['2xlarge', 8, 26.05, 27966669210, 26671, 3.75, 15],
      ['4xlarge', 16, 52.26, 56116178125, 53516, 7.5, 15],
      ['8xlarge', 32, 103.68, 111325552312, 107000, 15, 15],
      ['12xlarge', 48, 157.13, 168715971994, 160900, 22.5, 22.5],
      ['16xlarge', 64, 209.55, 225000375228, 214577, 30, 30],
    ],
  },
  {
    family: 'm6g',
    minimums: { redis: '5.0.6', valkey: ANY, memcached: '1.5.16' },
    sizes: [
      ['large', 2, 6.38, 6854542746, 6537, 0.75, 10],
      ['xlarge', 4, 12.94, 13891921715, 13248, 1.25, 10],
      ['2xlarge', 8, 26.05, 27966669210, 26671, 2.5, 10],
      ['4xlarge', 16, 52.26, 56116178125, 53516, 5, 10],
      ['8xlarge', 32, 103.68, 111325552312, 107000, 12, 12],
      ['12xlarge', 48, 157.13, 168715971994, 160900, 20, 20],
      ['16xlarge', 64, 209.55, 225000375228, 214577, 25, 25],
    ],
  },
  {
    family: 'm5',
    minimums: { redis: ANY, valkey: ANY, memcached: ANY },
    sizes: [
      ['large', 2, 6.38, 6854542746, 6537, 0.75, 10],
      ['xlarge', 4, 12.94, 13891921715, 13248, 1.25, 10],
      ['2xlarge', 8, 26.05, 27966669210, 26671, 2.5, 10],
      ['4xlarge', 16, 52.26, 56116178125, 53516, 5, 10],
      ['12xlarge', 48, 157.13, 168715971994, 160900, 12, 12],
      ['24xlarge', 96, 314.32, 337500562842, 321865, 25, 25],
    ],
  },
  {
    family: 'm4',
    minimums: { redis: ANY, valkey: ANY, memcached: ANY },
    sizes: [
      ['large', 2, 6.42, 6892593152, 6573, 0.45, 1.2],
      ['xlarge', 4, 14.28, 15328501760, 11496, 0.75, 2.8],
      ['2xlarge', 8, 29.7, 31889126359, 30412, 1, 10],
      ['4xlarge', 16, 60.78, 65257290629, 62234, 2, 10],
      ['10xlarge', 40, 154.64, 166047614239, 158355, 5, 10],
    ],
  },
  {
    family: 'r8g',
    minimums: { redis: null, valkey: '7.2', memcached: '1.6.6' },
    sizes: [
      ['large', 2, 14.18, 15222495510, 14517, 0.937, 12.5],
      ['xlarge', 4, 29.68, 31866224640, 30390, 1.875, 12.5],
      ['2xlarge', 8, 61.33, 65856864256, 62806, 3.75, 15],
      ['4xlarge', 16, 124.65, 133838143488, 127638, 7.5, 15],
      ['8xlarge', 32, 251.27, 269800701952, 257302, 15, 15],
      ['12xlarge', 48, 377.9, 405763260416, 386966, 22.5, 22.5],
      ['16xlarge', 64, 504.52, 541725818880, 516630, 30, 30],
    ],
  },
  {
    family: 'r7g',
    minimums: { redis: '6.2', valkey: '7.2', memcached: '1.5.16' },
    sizes: [
      ['large', 2, 13.07, 14037181030, 13387, 0.937, 12.5],
      ['xlarge', 4, 26.32, 28261849702, 26953, 1.875, 12.5],
      ['2xlarge', 8, 52.82, 56711183565, 54084, 3.75, 15],
      ['4xlarge', 16, 105.81, 113609865216, 108347, 7.5, 15],
      ['8xlarge', 32, 209.55, 225000375228, 214577, 15, 15],
      ['12xlarge', 48, 317.77, 341206346547, 325400, 22.5, 22.5],
      ['16xlarge', 64, 419.1, 450000750456, 429154, 30, 30],
    ],
  },
  {
    family: 'r6g',
    minimums: { redis: '5.0.6', valkey: ANY, memcached: '1.5.16' },
    sizes: [
      ['large', 2, 13.07, 14037181030, 13387, 0.75, 10],
      ['xlarge', 4, 26.32, 28261849702, 26953, 1.25, 10],
      ['2xlarge', 8, 52.82, 56711183565, 54084, 2.5, 10],
      ['4xlarge', 16, 105.81, 113609865216, 108347, 5, 10],
      ['8xlarge', 32, 209.55, 225000375228, 214577, 12, 12],
      ['12xlarge', 48, 317.77, 341206346547, 325400, 20, 20],
      ['16xlarge', 64, 419.1, 450000750456, 429154, 25, 25],
    ],
  },
  {
    family: 'r5',
    minimums: { redis: ANY, valkey: ANY, memcached: ANY },
    sizes: [
      ['large', 2, 13.07, 14037181030, 13387, 0.75, 10],
      ['xlarge', 4, 26.32, 28261849702, 26953, 1.25, 10],
      ['2xlarge', 8, 52.82, 56711183565, 54084, 2.5, 10],
      ['4xlarge', 16, 105.81, 113609865216, 108347, 5, 10],
      ['12xlarge', 48, 317.77, 341206346547, 325400, 12, 12],
      ['24xlarge', 96, 635.61, 682485973811, 650869, 25, 25],
    ],
  },
  {
    family: 'r4',
    minimums: { redis: ANY, valkey: ANY, memcached: ANY },
    sizes: [
      ['large', 2, 12.3, 13201781556, 12590, 0.75, 10],
      ['xlarge', 4, 25.05, 26898228839, 25652, 1.25, 10],
      ['2xlarge', 8, 50.48, 54197537997, 51686, 2.5, 10],
      ['4xlarge', 16, 101.38, 108858546586, 103815, 5, 10],
      ['8xlarge', 32, 203.27, 218255432090, 208144, 10, 10],
      ['16xlarge', 64, 407.01, 437021573120, 416776, 25, 25],
    ],
  },
  {
    family: 'r6gd',
    minimums: { redis: '6.2', valkey: '7.2', memcached: null },
    dataTiering: true,
    sizes: [
      ['xlarge', 4, 26.32, 28261849702, null, 1.25, 10],
      ['2xlarge', 8, 52.82, 56711183565, null, 2.5, 10],
      ['4xlarge', 16, 105.81, 113609865216, null, 5, 10],
      ['8xlarge', 32, 209.55, 225000375228, null, 12, 12],
      ['12xlarge', 48, 317.77, 341206346547, null, 20, 20],
      ['16xlarge', 64, 419.1, 450000750456, null, 25, 25],
    ],
  },
  {
    family: 'c8gn',
    minimums: { redis: null, valkey: '7.2', memcached: '1.6.6' },
    sizes: [
      ['large', 2, 3.1, 3330020474, 3176, 6.25, 30],
      ['xlarge', 4, 6.79, 7294178820, 6956, 12.5, 40],
      ['2xlarge', 8, 14.18, 15222495510, 14517, 25, 50],
      ['4xlarge', 16, 29.68, 31866224640, 30390, 50, 50],
      ['8xlarge', 32, 61.33, 65856864256, 62806, 100, 100],
      ['12xlarge', 48, 92.99, 99847503872, 95222, 150, 150],
      ['16xlarge', 64, 124.65, 133838143488, 127638, 200, 200],
    ],
  },
  {
    family: 'c7gn',
    minimums: { redis: '6.2', valkey: '7.2', memcached: '1.6.6' },
    sizes: [
      ['large', 2, 3.09, 3317862236, 3164, 6.25, 30],
      ['xlarge', 4, 6.38, 6854542746, 6537, 12.5, 40],
      ['2xlarge', 8, 12.94, 13891921715, 13248, 25, 50],
      ['4xlarge', 16, 26.05, 27966669210, 26671, 50, 50],
      ['8xlarge', 32, 52.26, 56116178125, 53516, 100, 100],
      ['12xlarge', 48, 78.56, 84357985997, 325400, 150, 150],
      ['16xlarge', 64, 105.81, 113609865216, 108347, 200, 200],
    ],
  },
]

/** Size, threads, `maxmemory` in bytes, `max_cache_memory` in MB. Known by name, no longer creatable. */
export const LEGACY_FAMILIES: readonly {
  family: string
  sizes: readonly (readonly [string, number, number, number])[]
}[] = [
  { family: 't1', sizes: [['micro', 1, 142606336, 213]] },
  {
    family: 'm1',
    sizes: [
      ['small', 1, 943718400, 1301],
      ['medium', 1, 3093299200, 3350],
      ['large', 2, 7025459200, 7100],
      ['xlarge', 4, 14889779200, 14600],
    ],
  },
  {
    family: 'm2',
    sizes: [
      ['xlarge', 2, 17091788800, 33800],
      ['2xlarge', 4, 35022438400, 30412],
      ['4xlarge', 16, 70883737600, 68000],
    ],
  },
  {
    family: 'm3',
    sizes: [
      ['medium', 1, 2988441600, 2850],
      ['large', 2, 6501171200, 6200],
      ['xlarge', 4, 14260633600, 13600],
      ['2xlarge', 8, 29989273600, 28600],
    ],
  },
  { family: 'c1', sizes: [['xlarge', 8, 6501171200, 6600]] },
  {
    family: 'r3',
    sizes: [
      ['large', 2, 14470348800, 13800],
      ['xlarge', 4, 30513561600, 29100],
      ['2xlarge', 8, 62495129600, 59600],
      ['4xlarge', 16, 126458265600, 120600],
      ['8xlarge', 32, 254384537600, 120600],
    ],
  },
]
