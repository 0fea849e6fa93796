import type { EngineVersion } from '@cacheplane/domain'
import type Docker from 'dockerode'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeDebianRoot } from './debian-root.ts'
import { followProgress } from './follow-progress.ts'
import { hostMirrors } from './host-mirrors.ts'

const EXTRA_PACKAGES: Partial<Record<EngineVersion['engine'], readonly string[]>> = {
  // Without it memcached knows no SASL mechanism at all.
  memcached: ['libsasl2-modules'],
}

/** Builds an image with these packages of a Debian suite, and returns its id. It has no name yet. */
export async function buildDebianImage(
  docker: Docker,
  suite: EngineVersion['debianSuite'],
  packages: readonly string[],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cacheplane-image-'))
  try {
    const tarFile = join(folder, 'root.tar')
    await writeDebianRoot(suite, packages, tarFile, hostMirrors())
    const stream = await docker.importImage(tarFile, {
      changes: [
        'USER 999:999',
        'WORKDIR /data',
        'ENV PATH=/usr/sbin:/usr/bin:/bin',
        `LABEL dev.cacheplane.suite=${suite}`,
      ],
    })
    const id = (await followProgress(docker, stream)).find((line) => line.startsWith('sha256:'))
    if (id === undefined) throw new Error(`the engine did not say under which id it imported ${suite}`)
    return id
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What all these engines of one suite need. */
export function packagesOf(rows: readonly EngineVersion[]): string[] {
  const packages = rows.flatMap((row) => [row.debianPackage, ...(EXTRA_PACKAGES[row.engine] ?? [])])
  return [...new Set(packages)].sort()
}
