import type { AuthorityMaterial, EdgeSpec, Keyring, NodeSpec } from '@cacheplane/domain'
import { basename } from 'node:path'
import { engineCommand } from '../config/engine-command.ts'
import { DISCOVERY_SCRIPT } from '../config/discovery-script.ts'
import { EDGE_FILES, FILES } from '../config/node-files.ts'
import { listName, renderEdgeConfig, type EdgePlace } from '../config/render-edge-config.ts'
import { renderRedisConfig, type NodePlace } from '../config/render-redis-config.ts'
import { renderUsers, usersAtBoot, type UserRules } from '../config/users.ts'
import { controlPassword } from '../control/control-password.ts'
import { controlUser } from '../core/names.ts'
import { edgePapers } from '../tls/edge-papers.ts'
import { issueLeaf } from '../tls/issue-leaf.ts'
import type { TarFile } from './tar.ts'

export interface Forge extends NodePlace {
  keyring: Pick<Keyring, 'derive'>
  authority: () => Promise<AuthorityMaterial>
  /** How long the certificates of nodes and edges are good for. */
  certificateLifetimeMs: number
}

/** Program and arguments of a node. */
export function forgeCommand(forge: Forge, spec: NodeSpec): [program: string, ...args: string[]] {
  return engineCommand(spec, usersOf(forge, spec), forge)
}

/** Others are given everything as arguments. */
export function needsFiles({ tls, asksLogin }: NodeSpec): boolean {
  return tls || asksLogin
}

/** The files that a node finds in its volume: readable by its user, and by nobody else in the container. */
export async function forgeFiles(forge: Forge, spec: NodeSpec): Promise<TarFile[]> {
  if (!needsFiles(spec)) return []
  return filesOf({ ...engineFiles(forge, spec), ...(spec.tls ? await tlsFiles(forge, spec) : {}) })
}

/** Another certificate for a node that has one. */
export async function forgeCertificate(forge: Forge, spec: NodeSpec): Promise<TarFile[]> {
  return filesOf(await tlsFiles(forge, spec))
}

/** Who may log in to a Memcached node, alone. */
export function forgeLogins(forge: Forge, spec: NodeSpec): TarFile[] {
  return filesOf({ [FILES.logins]: renderLogins(forge, spec) })
}

/** The same for an edge. */
export async function forgeEdgeFiles(forge: Forge, spec: EdgeSpec, place: EdgePlace): Promise<TarFile[]> {
  const material = await forge.authority()
  return filesOf({
    [EDGE_FILES.config]: renderEdgeConfig(spec, place),
    ...(await edgePapers(material, spec, forge.certificateLifetimeMs)),
    [EDGE_FILES.authority]: material.certificatePem,
    ...(spec.kind === 'replication' ? {} : discoveryFiles(spec)),
  })
}

/** A list can be set only under a name that is there from the start. */
function discoveryFiles({ slots }: EdgeSpec): Record<string, string> {
  return {
    [EDGE_FILES.script]: DISCOVERY_SCRIPT,
    [EDGE_FILES.lists]: slots.map(({ slot }) => `${listName(slot)} -\n`).join(''),
  }
}

function filesOf(contents: Record<string, string>): TarFile[] {
  return Object.entries(contents).map(([path, content]) => ({ name: basename(path), content, mode: 0o400 }))
}

function engineFiles(forge: Forge, spec: NodeSpec): Record<string, string> {
  if (spec.engine === 'memcached') return spec.asksLogin ? { [FILES.logins]: renderLogins(forge, spec) } : {}
  return {
    [FILES.config]: renderRedisConfig(spec, forge),
    [FILES.users]: renderUsers(usersOf(forge, spec)),
  }
}

/** A line for each; the control plane has its own, as it has on other engines. */
function renderLogins({ keyring }: Forge, spec: NodeSpec): string {
  const own = { userName: controlUser(spec.nodeId), password: controlPassword(keyring, spec) }
  return [own, ...spec.saslUsers]
    .map(({ userName, password }) => `${userName}:${password.reveal()}\n`)
    .join('')
}

function usersOf({ keyring }: Forge, spec: NodeSpec): UserRules[] {
  if (spec.engine === 'memcached') return []
  return usersAtBoot(spec, controlUser(spec.nodeId), controlPassword(keyring, spec))
}

async function tlsFiles(
  { authority, certificateLifetimeMs }: Forge,
  spec: NodeSpec,
): Promise<Record<string, string>> {
  const material = await authority()
  const leaf = await issueLeaf(material, spec, certificateLifetimeMs)
  return {
    [FILES.certificate]: leaf.certificatePem,
    [FILES.key]: leaf.keyPem.reveal(),
    [FILES.authority]: material.certificatePem,
  }
}
