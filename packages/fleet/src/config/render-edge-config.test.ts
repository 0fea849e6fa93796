import { READERS_MAX, type EdgeSpec } from '@cacheplane/domain'
import { expect, test } from 'vitest'
import { FreshSpecs } from '../contract/fresh-specs.ts'
import { renderEdgeConfig } from './render-edge-config.ts'

const spec = new FreshSpecs('engine-a', '10.1', 10_000).edge(2)
const place = { addresses: ['127.0.0.1', '172.17.0.1'], connectMs: 50 } as const

function lines(edge: EdgeSpec = spec): string[] {
  return renderEdgeConfig(edge, place)
    .split('\n')
    .map((line) => line.trim())
}

test('every slot listens on both of its ports, on every address', () => {
  const binds = lines().filter((line) => line.startsWith('bind ') && !line.includes(' ssl '))
  const ports = spec.slots.flatMap(({ primaryPort, readerPort }) => [primaryPort, readerPort])
  expect(binds).toEqual(ports.flatMap((port) => [`bind 127.0.0.1:${port}`, `bind 172.17.0.1:${port}`]))
})

test('every route is closed', () => {
  const servers = lines().filter((line) => /^server (primary|fallback|reader)/.test(line))
  expect(servers).toHaveLength(spec.slots.length * (READERS_MAX + 2))
  expect(servers.every((line) => line.includes(' disabled'))).toBe(true)
})

test('commands are taken on one address only, from the certificate of the control plane', () => {
  const binds = lines().filter((line) => line.includes(' ssl '))
  expect(binds).toEqual([expect.stringMatching(`^bind 127.0.0.1:${spec.controlPort} ssl .* verify required`)])
  expect(lines()).toContain('tcp-request session reject unless { ssl_c_s_dn(cn) -m str cacheplane-control }')
})

test('nothing that somebody typed gets into it, and no id either', () => {
  const others = { ...spec, edgeId: 'edge-with\nnewline', engineId: 'engine "quoted"', incarnation: 7 }
  expect(lines(others)).toEqual(lines())
})

test('a port that is none is a bug, not a line of the configuration', () => {
  expect(() => lines({ ...spec, controlPort: 0 })).toThrow(/port/)
  expect(() => lines({ ...spec, slots: [{ slot: 0, primaryPort: 70_000, readerPort: 1 }] })).toThrow(/port/)
})

test('an IPv6 address is written in brackets', () => {
  expect(renderEdgeConfig(spec, { addresses: ['::1'], connectMs: 50 })).toContain(
    `bind [::1]:${spec.controlPort} ssl`,
  )
})

test('no endpoint takes what the control plane or another endpoint needs', () => {
  const rejects = lines().filter((line) => line.startsWith('tcp-request connection reject if'))
  expect(rejects).toHaveLength(spec.slots.length * 4)
  expect(lines()).toContain('maxconn 4000')
  expect(rejects).toContain('tcp-request connection reject if { act_conn gt 3900 }')
})

test('a session of which one half has ended does not outlive it', () => {
  expect(lines()).toEqual(expect.arrayContaining(['timeout client-fin 100ms', 'timeout server-fin 100ms']))
})
