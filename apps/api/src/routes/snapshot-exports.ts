import { Readable } from 'node:stream'
import { principalOf } from '../http/authenticate.ts'
import type { App, RouteContext } from '../http/types.ts'
import { exportSnapshot } from '../operations/export-snapshot.ts'
import { problems } from '../schemas/problem.ts'
import * as schemas from '../schemas/snapshot.ts'

const BYTES = 'application/octet-stream'
const BUFFERED_BYTES = 256 * 1024
/** Who takes nothing for so long is gone; otherwise a stalled client would keep its file open for good. */
const STALLED_MS = 60_000

/** The file of a snapshot, streamed at the client's pace. */
export function snapshotExportRoutes(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/snapshots/:snapshotName/export',
    // A HEAD would read the whole file to throw it away.
    exposeHeadRoute: false,
    schema: {
      tags: ['Snapshots'],
      operationId: 'ExportSnapshot',
      summary: 'Download the RDB file of a snapshot',
      description:
        'The connection is broken off, short of `Content-Length`, where the file turns out to be damaged.',
      params: schemas.SnapshotPath,
      querystring: schemas.ExportSnapshotQuery,
      response: {
        200: {
          description: 'The file, which engines load.',
          content: { [BYTES]: { schema: schemas.RdbFile } },
        },
        ...problems({ body: false }, 'SnapshotNotFoundFault', 'InvalidSnapshotState'),
      },
    },
    handler: async (request, reply) => {
      const { snapshotName } = request.params
      const { nodeGroupId } = request.query
      const exported = await exportSnapshot(context, principalOf(request), snapshotName, nodeGroupId)
      reply.raw.setTimeout(STALLED_MS, () => reply.raw.destroy())
      return reply
        .code(200)
        .type(BYTES)
        .header('content-length', exported.file.bytes)
        .header('content-disposition', `attachment; filename="${exported.fileName}"`)
        .header('cache-control', 'no-store')
        .send(Readable.from(exported.content, { objectMode: false, highWaterMark: BUFFERED_BYTES }))
    },
  })
}
