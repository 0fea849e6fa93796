import type { CallName } from './faults.ts'

const MUTATING: readonly CallName[] = [
  'createContainer',
  'startContainer',
  'removeContainer',
  'createNetwork',
  'removeNetwork',
  'removeVolume',
  'openNode',
  'closeNode',
  'holdWrites',
  'followPrimary',
  'promoteNode',
  'lendNode',
  'introduceNode',
  'forgetPeers',
  'claimSlots',
  'setSlots',
  'drainSlots',
  'configureNode',
  'renewNode',
  'putCertificate',
  'putLogins',
  'killContainer',
  'pauseContainer',
  'unpauseContainer',
  'routeEdge',
]

export type Counters = Record<CallName, number>

export function countMutations(counters: Counters): number {
  return MUTATING.reduce((sum, name) => sum + counters[name], 0)
}

export function noCalls(): Counters {
  return {
    info: 0,
    listContainers: 0,
    listNetworks: 0,
    listVolumes: 0,
    listImages: 0,
    inspectContainer: 0,
    createContainer: 0,
    startContainer: 0,
    removeContainer: 0,
    createNetwork: 0,
    removeNetwork: 0,
    removeVolume: 0,
    setSlots: 0,
    drainSlots: 0,
    saveNode: 0,
    readNode: 0,
    openNode: 0,
    closeNode: 0,
    holdWrites: 0,
    followPrimary: 0,
    promoteNode: 0,
    lendNode: 0,
    readCluster: 0,
    introduceNode: 0,
    forgetPeers: 0,
    claimSlots: 0,
    configureNode: 0,
    readDrift: 0,
    showNode: 0,
    renewNode: 0,
    putCertificate: 0,
    putLogins: 0,
    killContainer: 0,
    pauseContainer: 0,
    unpauseContainer: 0,
    readLog: 0,
    readEdge: 0,
    routeEdge: 0,
  }
}
