import type { Fleet } from '@cacheplane/domain'

/** The fleet as a step may use it: before every effect the lease is proved. Reading needs no lease. */
export function guardFleet(fleet: Fleet, assertCovers: () => void): Fleet {
  const guarded: Guard =
    <A extends unknown[], R>(effect: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      assertCovers()
      return effect(...args)
    }
  return {
    recallEngines: (zones) => fleet.recallEngines(zones),
    survey: () => fleet.survey(),
    surveyImages: (engineId) => fleet.surveyImages(engineId),
    imageOf: (ref) => fleet.imageOf(ref),
    observeNode: (ref, patienceMs) => fleet.observeNode(ref, patienceMs),
    examineNode: (ref, withinMs) => fleet.examineNode(ref, withinMs),
    readCluster: (ref) => fleet.readCluster(ref),
    observeEdge: (ref, patienceMs) => fleet.observeEdge(ref, patienceMs),
    inventory: (engineId) => fleet.inventory(engineId),
    certificateOf: (ref) => fleet.certificateOf(ref),
    edgeCertificateOf: (ref) => fleet.edgeCertificateOf(ref),
    findDrift: (spec, parameters) => fleet.findDrift(spec, parameters),
    probeNode: (ref, onTrouble) => fleet.probeNode(ref, onTrouble),
    watch: (onChange) => fleet.watch(onChange),
    close: () => fleet.close(),
    ensureNetwork: guarded((spec) => fleet.ensureNetwork(spec)),
    removeNetwork: guarded((ref) => fleet.removeNetwork(ref)),
    ensureNode: guarded((spec) => fleet.ensureNode(spec)),
    openNode: guarded((spec) => fleet.openNode(spec)),
    closeNode: guarded((ref) => fleet.closeNode(ref)),
    holdWrites: guarded((ref, ms) => fleet.holdWrites(ref, ms)),
    followPrimary: guarded((spec, source) => fleet.followPrimary(spec, source)),
    lendNode: guarded((ref) => fleet.lendNode(ref)),
    promoteNode: guarded((spec) => fleet.promoteNode(spec)),
    ...guardCluster(fleet, guarded),
    ...guardBackups(fleet, guarded),
    configureNode: guarded((spec, parameters) => fleet.configureNode(spec, parameters)),
    renewCertificate: guarded((spec) => fleet.renewCertificate(spec)),
    fenceNode: guarded((ref) => fleet.fenceNode(ref)),
    freezeNode: guarded((ref) => fleet.freezeNode(ref)),
    thawNode: guarded((ref) => fleet.thawNode(ref)),
    removeNode: guarded((ref) => fleet.removeNode(ref)),
    ensureEdge: guarded((spec) => fleet.ensureEdge(spec)),
    routeEndpoint: guarded((ref, slot, routes) => fleet.routeEndpoint(ref, slot, routes)),
    publishList: guarded((ref, slot, list) => fleet.publishList(ref, slot, list)),
    renewEdgeCertificates: guarded((spec) => fleet.renewEdgeCertificates(spec)),
    removeEdge: guarded((ref) => fleet.removeEdge(ref)),
    removeOrphan: guarded((object) => fleet.removeOrphan(object)),
  }
}

type Guard = <A extends unknown[], R>(effect: (...args: A) => Promise<R>) => (...args: A) => Promise<R>

/** What nodes are told of one another. */
function guardCluster(
  fleet: Fleet,
  guarded: Guard,
): Pick<Fleet, 'introduceNode' | 'forgetPeers' | 'claimSlots' | 'setSlots' | 'drainSlots'> {
  return {
    introduceNode: guarded((ref, peers) => fleet.introduceNode(ref, peers)),
    forgetPeers: guarded((ref, ids) => fleet.forgetPeers(ref, ids)),
    claimSlots: guarded((ref, slots, epoch) => fleet.claimSlots(ref, slots, epoch)),
    setSlots: guarded((ref, slots, as) => fleet.setSlots(ref, slots, as)),
    drainSlots: guarded((ref, slots, to, pace) => fleet.drainSlots(ref, slots, to, pace)),
  }
}

/** What is carried between nodes, the vault and other places. */
function guardBackups(
  fleet: Fleet,
  guarded: Guard,
): Pick<Fleet, 'saveNode' | 'importFile' | 'tryFile' | 'removeTrial' | 'copyFile' | 'removeFile'> {
  return {
    saveNode: guarded((ref, trial) => fleet.saveNode(ref, trial)),
    importFile: guarded((trial, from, maxBytes) => fleet.importFile(trial, from, maxBytes)),
    tryFile: guarded((trial) => fleet.tryFile(trial)),
    removeTrial: guarded((trial) => fleet.removeTrial(trial)),
    copyFile: guarded((from, fileId) => fleet.copyFile(from, fileId)),
    removeFile: guarded((fileId) => fleet.removeFile(fileId)),
  }
}
