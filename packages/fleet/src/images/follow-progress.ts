import type Docker from 'dockerode'

/** Reads a progress stream of the engine to its end; rejects when the engine reports an error in it. */
export function followProgress(docker: Docker, stream: NodeJS.ReadableStream): Promise<string[]> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null, lines: unknown[] | null) => {
      if (error !== null) reject(error)
      else resolve((lines ?? []).map(statusOf))
    })
  })
}

function statusOf(line: unknown): string {
  if (typeof line !== 'object' || line === null || !('status' in line)) return ''
  return String(line.status)
}
