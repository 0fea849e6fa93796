import { describe, expect, it } from 'vitest'
import type { Audit } from './audit.ts'
import { findViolations } from './find-violations.ts'
import type { FleetObject } from './ports/fleet-objects.ts'

const AT = new Date('2026-01-01T12:00:00Z')

const standing: FleetObject = {
  kind: 'network',
  engineId: 'engine-1',
  ref: 'ref',
  name: 'cacheplane-net-1',
  ownerId: 'net-1',
  incarnation: null,
  state: null,
  createdAt: AT,
}

const audit = (isReady: boolean): Audit => ({
  at: AT,
  owners: [],
  nodeGroups: [],
  nodes: [],
  edges: [],
  networks: [{ id: 'net-1', subnet: '10.96.0.0/24', engineIds: ['engine-1'], isReady }],
  zonesOut: [],
  engineIds: ['engine-1'],
  snapshotIds: [],
  workflows: [
    {
      id: 'wf-1',
      kind: 'docker-engine',
      subjectId: 'engine-1',
      step: 'wait',
      createdAt: AT,
      runAt: AT,
      firstHomeAt: AT,
      attempts: 0,
      leaseOwner: null,
      leaseUntil: null,
      lastError: null,
      signals: [],
    },
  ],
  allocations: [{ of: 'subnet', scope: 'net-1', address: null, holder: 'net-1' }],
})

const violationsOf = (audited: Audit, objects: FleetObject[]) =>
  findViolations(audited, new Map([['engine-1', { kind: 'known', objects }]]), new Map())

describe('a spare network', () => {
  it('is no violation while its engine has a workflow that looks after it', () => {
    expect(violationsOf(audit(true), [standing])).toEqual([])
    expect(violationsOf({ ...audit(true), workflows: [] }, [standing])).toEqual([
      'network row net-1 has no owner',
    ])
  })

  it('may be absent until it is ready, and from then on stands once', () => {
    expect(violationsOf(audit(false), [])).toEqual([])
    const lost = 'spare network net-1 is ready without just one network on engine engine-1'
    expect(violationsOf(audit(true), [])).toEqual([lost])
    expect(violationsOf(audit(true), [standing, { ...standing, ref: 'twin' }])).toEqual([lost])
  })
})
