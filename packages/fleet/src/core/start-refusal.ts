export type StartRefusal = 'port-taken' | 'address-taken' | 'image-missing' | 'seed-damaged'

const WORDS: readonly (readonly [RegExp, StartRefusal])[] = [
  [/^seed damaged: /, 'seed-damaged'],
  [/no such image/i, 'image-missing'],
  [/port is already allocated/i, 'port-taken'],
  [/ports are not available/i, 'port-taken'],
  // The kernel's refusal to listen, as docker-proxy reports it; `Address already in use` alone is Docker's IPAM.
  [/(listen|bind)[^]*address already in use/i, 'port-taken'],
  [/address already in use/i, 'address-taken'],
  [/address [0-9.]+ .*(in use|allocated)/i, 'address-taken'],
]

/** What Docker's refusal to create or start a container means; null when it is none of the expected ones. */
export function startRefusal(because: string): StartRefusal | null {
  return WORDS.find(([pattern]) => pattern.test(because))?.[1] ?? null
}
