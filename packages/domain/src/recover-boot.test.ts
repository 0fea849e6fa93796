import { describe, expect, it } from 'vitest'
import { aNode, aNodeSubject, aWorkflowView } from '../../../test/support/builders.ts'
import { DEATHS_AT_BOOT_MAX, recoverBoot } from './recover-boot.ts'

const REFUSALS = ['port-taken', 'address-taken', 'image-missing', 'dead'] as const
const refused = (refusal: (typeof REFUSALS)[number]) =>
  ({ kind: 'refused', refusal, because: 'why' }) as const
const isNew = { node: aNode({ workflow: aWorkflowView({ firstHomeAt: null }) }) }

describe('recoverBoot', () => {
  it('moves a new node to another port, but not one whose port the user chose', () => {
    expect(recoverBoot(aNodeSubject(isNew), refused('port-taken'), 0).kind).toBe('move-port')
    expect(recoverBoot(aNodeSubject({ ...isNew, portIsFixed: true }), refused('port-taken'), 0).kind).toBe(
      'give-up',
    )
  })

  it('never moves the port of a node that clients know, nor gives such a node up', () => {
    for (const refusal of REFUSALS) {
      for (const deaths of [0, DEATHS_AT_BOOT_MAX + 5]) {
        expect(['wait', 'next-incarnation']).toContain(
          recoverBoot(aNodeSubject(), refused(refusal), deaths).kind,
        )
      }
    }
  })

  it('never starts a stopped container again: a dead one is followed by another incarnation, or by giving up', () => {
    expect(recoverBoot(aNodeSubject(isNew), refused('dead'), DEATHS_AT_BOOT_MAX - 1).kind).toBe(
      'next-incarnation',
    )
    expect(recoverBoot(aNodeSubject(isNew), refused('dead'), DEATHS_AT_BOOT_MAX).kind).toBe('give-up')
  })

  it('passes the reason on', () => {
    for (const refusal of REFUSALS)
      expect(recoverBoot(aNodeSubject(), refused(refusal), 0).because).toBe('why')
  })
})
