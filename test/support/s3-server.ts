import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import S3rver from 's3rver'

/** As the server knows them. */
const CREDENTIALS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }
const REGION = 'eu-1'
const UPLOADS = '._S3rver_uploads'

/** An S3-compatible server with one bucket, in this process and over real HTTP. */
export class S3Server {
  readonly bucket = 'backups'
  readonly client: S3Client

  private constructor(
    private readonly server: S3rver,
    private readonly directory: string,
    readonly endpoint: string,
  ) {
    this.client = new S3Client({ endpoint, region: REGION, forcePathStyle: true, credentials: CREDENTIALS })
  }

  static async start(): Promise<S3Server> {
    const directory = await mkdtemp(join(tmpdir(), 'cacheplane-s3-'))
    const server = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory })
    addUploads(server, directory)
    const { port } = await server.run()
    const started = new S3Server(server, directory, `http://127.0.0.1:${port}`)
    await started.client.send(new CreateBucketCommand({ Bucket: started.bucket }))
    return started
  }

  /** The variables by which the service finds it. */
  get environment() {
    return {
      CACHEPLANE_S3_ENDPOINT: this.endpoint,
      CACHEPLANE_S3_REGION: REGION,
      CACHEPLANE_S3_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      CACHEPLANE_S3_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    }
  }

  async close(): Promise<void> {
    this.client.destroy()
    await this.server.close()
    await rm(this.directory, { recursive: true, force: true })
  }
}

interface Exchange {
  method: string
  path: string
  query: Record<string, string | undefined>
  status: number
  type: string
  body: string
}

/** The server keeps unfinished uploads in a folder, and has no operations to list and to abort them. */
function addUploads(server: S3rver, directory: string): void {
  const application = server as unknown as {
    middleware: ((exchange: Exchange, next: () => Promise<void>) => Promise<void>)[]
  }
  application.middleware.unshift(async (exchange, next) => {
    const { method, path, query } = exchange
    const folder = join(directory, path.split('/')[1] ?? '', UPLOADS)
    if (method === 'DELETE' && query.uploadId !== undefined) {
      await rm(join(folder, query.uploadId), { recursive: true, force: true })
      exchange.status = 204
    } else if (method === 'GET' && 'uploads' in query) {
      exchange.type = 'application/xml'
      exchange.body = await listUploads(folder, query.prefix ?? '')
    } else await next()
  })
}

async function listUploads(folder: string, prefix: string): Promise<string> {
  const ids = await readdir(folder).catch(() => [])
  const uploads = await Promise.all(
    ids.map(async (id) => {
      const key = await readFile(join(folder, id, 'key'), 'utf8')
      const { birthtime } = await stat(join(folder, id))
      return { key, xml: uploadXml(key, id, birthtime) }
    }),
  )
  const listed = uploads.filter(({ key }) => key.startsWith(prefix)).map(({ xml }) => xml)
  return `<?xml version="1.0"?><ListMultipartUploadsResult>${listed.join('')}</ListMultipartUploadsResult>`
}

const uploadXml = (key: string, id: string, at: Date): string =>
  `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${at.toISOString()}</Initiated></Upload>`
