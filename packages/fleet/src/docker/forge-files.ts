import { unreachable, type AuthorityMaterial, type Keyring, type NodeSpec } from '@cacheplane/domain'
import { basename } from 'node:path'
import { FILES } from '../config/node-files.ts'
import { renderRedisConfig } from '../config/render-redis-config.ts'
import { renderUsersAtBoot } from '../config/users.ts'
import { controlPassword } from '../control/control-password.ts'
import { controlUser } from '../core/names.ts'
import { issueLeaf } from '../tls/issue-leaf.ts'
import type { TarFile } from './tar.ts'

export interface Forge {
  keyring: Pick<Keyring, 'derive'>
  authority: () => Promise<AuthorityMaterial>
}

/** The files that a node finds in its volume: readable by its user, and by nobody else in the container. */
export async function forgeFiles(forge: Forge, spec: NodeSpec): Promise<TarFile[]> {
  const contents = { ...engineFiles(forge, spec), ...(spec.tls ? await tlsFiles(forge, spec) : {}) }
  return Object.entries(contents).map(([path, content]) => ({ name: basename(path), content, mode: 0o400 }))
}

function engineFiles(forge: Forge, spec: NodeSpec): Record<string, string> {
  switch (spec.engine) {
    case 'redis':
    case 'valkey': {
      const password = controlPassword(forge.keyring, spec)
      return {
        [FILES.config]: renderRedisConfig(spec),
        [FILES.users]: renderUsersAtBoot(spec, controlUser(spec.nodeId), password),
      }
    }
    case 'memcached':
      return {}
    default:
      return unreachable(spec.engine)
  }
}

async function tlsFiles({ authority }: Forge, spec: NodeSpec): Promise<Record<string, string>> {
  const material = await authority()
  const leaf = await issueLeaf(material, spec)
  return {
    [FILES.certificate]: leaf.certificatePem,
    [FILES.key]: leaf.keyPem.reveal(),
    [FILES.authority]: material.certificatePem,
  }
}
