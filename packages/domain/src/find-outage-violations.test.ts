import { describe, expect, it } from 'vitest'
import { ago, quiet, workflow, type Estate } from '../../../test/support/quiet-estate.ts'
import { findViolations } from './find-violations.ts'

/** The zone of the only node has been out for an hour, and its container is frozen. */
function inOutage(): Estate {
  const estate = quiet()
  estate.audit.zonesOut.push({ zone: 'local-1a', since: ago(3_600) })
  estate.audit.workflows.push(workflow({ id: 'wf-5', kind: 'availability-zone', subjectId: 'local-1a' }))
  const [container] = estate.objects
  if (container !== undefined) container.state = 'paused'
  estate.readings.set('node-1', { kind: 'frozen', because: 'its container is paused' })
  estate.node.signals.push({ name: 'checkup', raisedAt: ago(3_000) })
  return estate
}

const judge = ({ audit, inventories, readings }: Estate) => findViolations(audit, inventories, readings)

describe('findViolations, of a zone that is out on purpose', () => {
  it('finds nothing wrong with nodes that are down for as long as it lasts', () => {
    expect(judge(inOutage())).toEqual([])
    const estate = inOutage()
    estate.node.signals.length = 0
    expect(judge(estate)).toEqual([])
  })

  it('reports a node that runs all the same', () => {
    const estate = inOutage()
    const [container] = estate.objects
    if (container !== undefined) container.state = 'running'
    expect(judge(estate)).toEqual(['node sessions-001/0001 runs although availability zone local-1a is out'])
  })

  it('reports an outage that nobody would end', () => {
    const estate = inOutage()
    estate.audit.workflows.pop()
    expect(judge(estate)).toEqual(['availability zone local-1a is out and has no workflow'])
  })

  it('reports a workflow of a zone that is not out', () => {
    const estate = quiet()
    estate.audit.workflows.push(workflow({ id: 'wf-5', kind: 'availability-zone', subjectId: 'local-1a' }))
    expect(judge(estate)).toEqual(['availability-zone workflow wf-5 is about local-1a, which is gone'])
  })
})
