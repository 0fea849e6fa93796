/** Every owner gets one /24: room for the largest cluster, and a subnet that people can read. */
const SUBNET_BITS = 24
export const SUBNET_HOSTS = 255

export interface NetworkPool {
  /** First address as a number. */
  base: number
  prefix: number
}

/** @throws RangeError for anything but an IPv4 network with room for at least one subnet */
export function parseNetworkPool(cidr: string): NetworkPool {
  const [address = '', prefixText] = cidr.split('/')
  const prefix = Number(prefixText)
  const octets = address.split('.').map(Number)
  const isValid = octets.length === 4 && octets.every((o) => Number.isInteger(o) && o >= 0 && o <= 255)
  if (!isValid || !(prefix >= 8 && prefix <= SUBNET_BITS))
    throw new RangeError(`${cidr} is no IPv4 network from /8 to /24`)
  const size = 2 ** (32 - prefix)
  const number = octets.reduce((sum, octet) => sum * 256 + octet, 0)
  return { base: number - (number % size), prefix }
}

export function subnetCount({ prefix }: NetworkPool): number {
  return 2 ** (SUBNET_BITS - prefix)
}

export function subnetAt(pool: NetworkPool, index: number): { subnet: string; gateway: string } {
  const first = pool.base + index * 256
  return { subnet: `${dotted(first)}/${SUBNET_BITS}`, gateway: dotted(first + 1) }
}

/** The address of the `host`-th host of a /24. */
export function hostAddress(subnet: string, host: number): string {
  return subnet.replace(/\d+\/24$/, String(host))
}

function dotted(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}
