import { refuseTooLarge, ServiceError, type Snapshot, type UploadPlan } from '@cacheplane/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { principalOf } from '../http/authenticate.ts'
import { askForBody, lift } from '../http/body-deadline.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import { lingering } from '../http/linger.ts'
import { receivedBody } from '../http/received-body.ts'
import type { App, RouteContext } from '../http/types.ts'
import { forgetFailed, uploadSnapshot } from '../operations/upload-snapshot.ts'
import { answer } from '../schemas/common.ts'
import { changeHeaders } from '../schemas/headers.ts'
import { problems } from '../schemas/problem.ts'
import * as schemas from '../schemas/snapshot.ts'
import { sendNew } from './snapshots.ts'

const BYTES = 'application/octet-stream'
/** Between two pieces; the whole may take as long as it comes. */
const STALLED_MS = 30_000

/** A route whose body is a file: nothing of it is held in memory but the piece that is being sealed. */
export async function snapshotImportRoutes(app: App, context: RouteContext): Promise<void> {
  await app.register(async (scope: App) => {
    takeBytesOnly(scope)
    const closing = new AbortController()
    app.addHook('preClose', async () => closing.abort())
    importSnapshot(scope, context, closing.signal)
    await Promise.resolve()
  })
}

/** The body is left where it is; and whoever is refused while it comes is told so all the same. */
function takeBytesOnly(scope: App): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(BYTES, (_request, _payload, done) => done(null))
  scope.addContentTypeParser('*', (_request, _payload, done) => done(NOT_BYTES))
  scope.addHook('onSend', async (request, reply, payload) => {
    const { raw } = request
    if (raw.complete || raw.destroyed || typeof payload !== 'string') return payload
    void reply.headers({ connection: 'close', 'content-length': Buffer.byteLength(payload) })
    return lingering(payload, raw)
  })
}

const NOT_BYTES = new ServiceError(
  'UnsupportedMediaType',
  `The request body must be the file itself, with content-type: ${BYTES}.`,
)

function importSnapshot(scope: App, context: RouteContext, closing: AbortSignal): void {
  scope.route({
    method: 'POST',
    url: '/v1/snapshots/:snapshotName/import',
    config: { asksForBody: true },
    schema: {
      tags: ['Snapshots'],
      operationId: 'ImportSnapshot',
      summary: 'Upload an RDB file as a snapshot',
      description:
        'The body is the file. It becomes `available` once an engine of that version has loaded it within the memory of that type. ' +
        'Of a file that breaks off, stalls or is refused nothing is left.',
      headers: changeHeaders,
      params: schemas.SnapshotPath,
      querystring: schemas.ImportSnapshotQuery,
      consumes: [BYTES],
      body: schemas.RdbFile,
      response: {
        200: answer('There, and proved by loading it.', schemas.Snapshot),
        202: answer('There, and about to be loaded.', schemas.Snapshot),
        ...problems(
          { body: true },
          'InvalidSnapshotState',
          'InsufficientCacheClusterCapacity',
          'SnapshotAlreadyExistsFault',
          'SnapshotNotFoundFault',
          'SnapshotQuotaExceededFault',
          'ProvisioningFailed',
        ),
      },
    },
    handler: async (request, reply) => {
      const wish = { ...request.params, ...request.query }
      const receive = (plan: UploadPlan) => receiveFile(context, request, reply, plan, closing)
      const key = idempotencyKeyOf(request)
      const snapshot = await uploadSnapshot(context, principalOf(request), wish, key, receive)
      return sendNew(context, request, reply, snapshot).catch((error: unknown) =>
        forgetAndThrow(context, snapshot, error),
      )
    },
  })
}

function receiveFile(
  { uploadMaxBytes }: RouteContext,
  { raw }: FastifyRequest,
  reply: FastifyReply,
  plan: UploadPlan,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const allow = (bytes: number) => refuseTooLarge(bytes, plan, uploadMaxBytes)
  allow(Number(raw.headers['content-length'] ?? 0))
  return asked(raw, reply, receivedBody(raw, { stalledMs: STALLED_MS, allow, signal }))
}

/** Nothing is asked for before it is wanted. */
async function* asked(
  raw: FastifyRequest['raw'],
  reply: FastifyReply,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  lift(raw)
  askForBody(raw, reply.raw)
  yield* body
}

async function forgetAndThrow(context: RouteContext, snapshot: Snapshot, error: unknown): Promise<never> {
  if (error instanceof ServiceError && error.code === 'ProvisioningFailed')
    await forgetFailed(context, snapshot)
  throw error
}
