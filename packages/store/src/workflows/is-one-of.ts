import type { Change } from '@cacheplane/domain'

/** Narrows a change to those of the listed kinds. */
export const isOneOf =
  <Kind extends Change['do']>(kinds: readonly Kind[]) =>
  (change: Change): change is Extract<Change, { do: Kind }> =>
    kinds.some((kind) => kind === change.do)
