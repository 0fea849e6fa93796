import { describe, expect } from 'vitest'
import type { ContractVariant } from './contract-bench.ts'
import { benchTest, standUp, type OpenBench } from './with-bench.ts'

export function imageContract(openBench: OpenBench, variant: ContractVariant): void {
  describe('images', () => {
    benchTest('what a node was made of is what its version stood for', openBench, async (bench) => {
      const { fleet, engineId } = bench
      const { node } = await standUp(bench, variant)
      const survey = await fleet.surveyImages(engineId)
      if (survey.kind !== 'known') throw new Error(survey.because)
      const { engine, engineVersion } = variant
      const image = survey.images.find((one) => one.engine === engine && one.version === engineVersion)
      expect(image?.imageId).toMatch(/^sha256:/)
      expect(await fleet.imageOf(node)).toBe(image?.imageId)
      expect(survey.nodes).toEqual([
        { nodeId: node.nodeId, incarnation: node.incarnation, imageId: image?.imageId },
      ])
      expect(await fleet.imageOf({ ...node, incarnation: node.incarnation + 1 })).toBeNull()
    })

    benchTest('an engine that is not there says nothing of them', openBench, async ({ fleet }) => {
      expect(await fleet.surveyImages('no-such-engine')).toMatchObject({ kind: 'unknown' })
    })
  })
}
