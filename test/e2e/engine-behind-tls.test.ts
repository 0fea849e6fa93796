import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fleet, NodeSpec } from '@cacheplane/domain'
import { createAuthority, createDockerFleet } from '@cacheplane/fleet'
import { MemoryFiles, MemoryVault } from '@cacheplane/fleet/fake'
import { FreshSpecs } from '@cacheplane/fleet/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testKeyring, uniqueInstallation } from '../support/docker.ts'
import { realClock } from '../support/fleet-bench.ts'
import { PrivateHosts, whyNoHosts } from '../support/private-engines/private-hosts.ts'
import { run } from '../support/private-engines/run.ts'
import { RespClient } from '../support/resp-client.ts'

const PORT = 2376
const READY = { kind: 'ready' }
const PATIENCE_MS = 10_000

const obstacle = await whyNoHosts()
if (obstacle !== null) process.stderr.write(`left out, an engine behind TLS: ${obstacle}\n`)

describe.skipIf(obstacle !== null)(
  'a Docker engine at tcp://, behind TLS with certificates of both sides',
  () => {
    let folder: string
    let hosts: PrivateHosts
    const fleets: Fleet[] = []

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cacheplane-certs-'))
      await Promise.all(['ours', 'others'].map((name) => mkdir(join(folder, name))))
      hosts = await PrivateHosts.open(1, async (_, address) => {
        await makePapers(join(folder, 'ours'), address)
        await makePapers(join(folder, 'others'), address)
        const at = (name: string) => join(folder, 'ours', name)
        return [
          ...['-H', `tcp://${address}:${PORT}`, '--tlsverify', '--tlscacert', at('ca.pem')],
          ...['--tlscert', at('server.pem'), '--tlskey', at('server-key.pem')],
        ]
      })
    })
    afterAll(async () => {
      await Promise.all(fleets.map((fleet) => fleet.close()))
      await hosts?.close()
      await rm(folder, { recursive: true, force: true })
    })

    const fleetWith = async (papers: 'ours' | 'others'): Promise<Fleet> => {
      const authority = await createAuthority()
      const { address } = hosts.at(0)
      const dockerAddress = `tcp://${address}:${PORT}?certs=${join(folder, papers)}`
      const fleet = createDockerFleet({
        installation: uniqueInstallation(),
        zones: [{ name: 'far-1a', dockerAddress, announcedAddress: address }],
        keyring: testKeyring(),
        authority: async () => authority,
        vault: new MemoryVault(),
        foreignFiles: new MemoryFiles(),
        clock: realClock,
        log: { warn: () => undefined },
      })
      fleets.push(fleet)
      return fleet
    }

    test('is surveyed, serves a node to clients at its announced address, and is rid of it again', async () => {
      const fleet = await fleetWith('ours')
      const [report] = await fleet.survey()
      expect(report).toMatchObject({ reachable: true, zones: ['far-1a'], address: hosts.at(0).address })
      const specs = new FreshSpecs(report?.engineId ?? '', '10.77', 15_000)
      const network = specs.network()
      const variant = { engine: 'valkey', engineVersion: '8.1', tls: false, authToken: null } as const
      const node: NodeSpec = specs.node(network, variant)
      expect(await fleet.ensureNetwork(network)).toEqual(READY)
      expect(await fleet.ensureNode(node)).toEqual(READY)
      expect(await fleet.observeNode(node, PATIENCE_MS)).toMatchObject({ kind: 'serving', open: false })
      expect(await fleet.openNode(node)).toEqual(READY)
      const client = await RespClient.open({ host: hosts.at(0).address, port: node.port })
      expect(await client.ask([['PING']], 1_000).finally(() => client.close())).toEqual(['PONG'])
      expect(await fleet.freezeNode(node)).toEqual(READY)
      expect(await fleet.thawNode(node)).toEqual(READY)
      expect(await fleet.removeNode(node)).toEqual({ kind: 'gone' })
      expect(await fleet.removeNetwork(network)).toEqual({ kind: 'gone' })
      expect(await fleet.inventory(report?.engineId ?? '')).toEqual({ kind: 'known', objects: [] })
    })

    test('is not reached with papers of another authority', async () => {
      const [report] = await (await fleetWith('others')).survey()
      expect(report).toMatchObject({ reachable: false, because: expect.stringMatching(/certificate/) })
    })
  },
)

/** A certificate authority, a server at this address, and a client, named as Docker names them. */
async function makePapers(folder: string, address: string): Promise<void> {
  const at = (name: string) => join(folder, name)
  const newKey = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-sha256']
  await run(
    'openssl',
    ...newKey,
    '-x509',
    '-subj',
    '/CN=ca',
    '-keyout',
    at('ca-key.pem'),
    '-out',
    at('ca.pem'),
  )
  const parties = [
    {
      name: 'server',
      key: 'server-key.pem',
      cert: 'server.pem',
      uses: `subjectAltName=IP:${address}\nextendedKeyUsage=serverAuth`,
    },
    { name: 'client', key: 'key.pem', cert: 'cert.pem', uses: 'extendedKeyUsage=clientAuth' },
  ]
  for (const { name, key, cert, uses } of parties) {
    await writeFile(at(`${name}.ext`), uses)
    await run('openssl', ...newKey, '-subj', `/CN=${name}`, '-keyout', at(key), '-out', at(`${name}.csr`))
    const signed = [
      'x509',
      '-req',
      '-sha256',
      '-days',
      '1',
      '-in',
      at(`${name}.csr`),
      '-extfile',
      at(`${name}.ext`),
    ]
    await run(
      'openssl',
      ...signed,
      '-CA',
      at('ca.pem'),
      '-CAkey',
      at('ca-key.pem'),
      '-CAcreateserial',
      '-out',
      at(cert),
    )
  }
}
