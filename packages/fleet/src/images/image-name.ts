import type Docker from 'dockerode'

export async function imageExists(docker: Docker, tag: string): Promise<boolean> {
  const found = await docker.listImages({ filters: { reference: [tag] } })
  return found.length > 0
}

export async function nameImage(docker: Docker, image: string, name: string): Promise<void> {
  const [repo = '', tag = ''] = name.split(':')
  await docker.getImage(image).tag({ repo, tag })
}

export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
