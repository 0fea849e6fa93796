import type { SimulatedContainer } from './world.ts'

const LOADED = '1:M * Ready to accept connections'
const REFUSED = '1:M # Bad file format reading the RDB file'

/** What a trial is before it is started, and what it will have printed by then. */
export const trialOf = (isGood: boolean): Omit<SimulatedTrial, 'name' | 'labels'> => ({
  networkName: null,
  imageId: 'trial',
  process: null,
  edge: null,
  log: isGood ? LOADED : REFUSED,
})

type SimulatedTrial = Pick<
  SimulatedContainer,
  'name' | 'labels' | 'networkName' | 'imageId' | 'process' | 'edge' | 'log'
>

export const hasLoaded = ({ log }: Pick<SimulatedContainer, 'log'>): boolean => log === LOADED
