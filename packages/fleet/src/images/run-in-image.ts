import type Docker from 'dockerode'

const PATIENCE_MS = 20_000

/** Runs one command in a container without network and privileges; returns what it printed. Leaves nothing behind. */
export async function runInImage(docker: Docker, image: string, command: readonly string[]): Promise<string> {
  const [entrypoint = '', ...args] = command
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: [entrypoint],
    Cmd: args,
    User: '999:999',
    Tty: true,
    NetworkDisabled: true,
    HostConfig: { ReadonlyRootfs: true, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'] },
  })
  try {
    await container.start()
    await container.wait({ abortSignal: AbortSignal.timeout(PATIENCE_MS) })
    const output = await container.logs({ stdout: true, stderr: true, follow: false })
    return output.toString('utf8')
  } finally {
    await container.remove({ force: true, v: true })
  }
}
