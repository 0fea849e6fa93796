import { describe, expect, it } from 'vitest'
import { parseZones } from './parse-zones.ts'

describe('parseZones', () => {
  it('announces 127.0.0.1 for a local engine and the host of a remote one', () => {
    expect(parseZones('a=unix:///var/run/docker.sock,b=tcp://10.0.0.7:2376,c=ssh://ops@cache-3')).toEqual([
      { name: 'a', dockerAddress: 'unix:///var/run/docker.sock', announcedAddress: '127.0.0.1' },
      { name: 'b', dockerAddress: 'tcp://10.0.0.7:2376', announcedAddress: '10.0.0.7' },
      { name: 'c', dockerAddress: 'ssh://ops@cache-3', announcedAddress: 'cache-3' },
    ])
  })

  it('takes the announced address from behind the hash', () => {
    expect(parseZones('a=unix:///run/d.sock#192.0.2.4')[0]?.announcedAddress).toBe('192.0.2.4')
  })

  it.each(['', 'a', 'a=', 'a=/var/run/docker.sock', 'A=unix:///x', 'a=http://x', 'a=unix:///x,a=unix:///y'])(
    'refuses %j',
    (text) => {
      expect(() => parseZones(text)).toThrow()
    },
  )
})
