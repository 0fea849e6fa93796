import {
  eventOfCluster,
  newId,
  RECOMMENDED_WITHIN_MS,
  type EngineImage,
  type ImageSurvey,
  type NodeImage,
} from '@cacheplane/domain'
import { lockPlacement } from '../allocation.ts'
import type { Database } from '../database.ts'
import { insertEvent } from '../insert-event.ts'
import type { Queryable } from '../queryable.ts'
import { prepared, sql } from '../sql.ts'

const imagesOfEngine = prepared('images_of_engine')
const nodeImages = prepared('record_node_images')

/** Reads first: as long as nothing has changed, nothing is locked. */
export async function recordImages(
  db: Database,
  engineId: string,
  { images, nodes }: ImageSurvey,
): Promise<void> {
  await recordNodes(db, engineId, nodes)
  if ((await changed(db, engineId, images)).length === 0) return
  await db.transaction(
    async (q) => {
      await lockPlacement(q)
      for (const image of await changed(q, engineId, images)) await replaceImage(q, engineId, image)
    },
    { landed: async () => false },
  )
}

/** Docker's word counts, also for containers that are older than this record. */
async function recordNodes(q: Queryable, engineId: string, nodes: readonly NodeImage[]): Promise<void> {
  if (nodes.length === 0) return
  await q.run(nodeImages`
    UPDATE cache_node n SET image_id = s."imageId"
    FROM json_to_recordset(${JSON.stringify(nodes)}::json) AS s("nodeId" text, incarnation int, "imageId" text)
    WHERE n.id = s."nodeId" AND n.incarnation = s.incarnation AND n.engine_id = ${engineId}
      AND n.image_id IS DISTINCT FROM s."imageId"`)
}

interface Known {
  engine: string
  version: string
  image_id: string
}

async function changed(
  q: Queryable,
  engineId: string,
  images: readonly EngineImage[],
): Promise<(EngineImage & { isFirst: boolean })[]> {
  const known = await q.rows<Known>(imagesOfEngine`
    SELECT DISTINCT ON (engine, engine_version) engine, engine_version AS version, image_id FROM engine_image
    WHERE engine_id = ${engineId} ORDER BY engine, engine_version, seen_at DESC`)
  return images.flatMap((image) => {
    const before = known.find((one) => one.engine === image.engine && one.version === image.version)
    return before?.image_id === image.imageId ? [] : [{ ...image, isFirst: before === undefined }]
  })
}

/** A name that stands for an image of before again has changed, too. */
async function replaceImage(
  q: Queryable,
  engineId: string,
  { engine, version, imageId, isFirst }: EngineImage & { isFirst: boolean },
): Promise<void> {
  const update = isFirst ? null : await updateWith(q, engineId, { engine, version })
  await q.run(sql`
    INSERT INTO engine_image (engine_id, engine, engine_version, image_id, service_update_id)
    VALUES (${engineId}, ${engine}, ${version}, ${imageId}, ${update?.id ?? null})
    ON CONFLICT (engine_id, engine, engine_version, image_id)
    DO UPDATE SET service_update_id = excluded.service_update_id, seen_at = excluded.seen_at`)
  if (update !== null) await tellNodes(q, engineId, update)
}

type Version = Pick<EngineImage, 'engine' | 'version'>

/** One update for all engines, as they are brought up to date one after the other; another when one is so again. */
async function updateWith(
  q: Queryable,
  engineId: string,
  { engine, version }: Version,
): Promise<{ id: string; name: string }> {
  const [open] = await q.rows<{ id: string; name: string }>(sql`
    SELECT v.id, v.name FROM service_update_view v WHERE v.engine = ${engine} AND v."engineVersion" = ${version}
      AND v.status = 'available'
      AND NOT EXISTS (SELECT 1 FROM engine_image i WHERE i.engine_id = ${engineId} AND i.service_update_id = v.id)`)
  if (open !== undefined) return open
  const [made] = await q.rows<{ id: string; name: string }>(sql`
    INSERT INTO service_update (id, name, engine, engine_version, recommended_at)
    SELECT ${newId('serviceUpdate', q.random)}, day || lpad((1 + (SELECT count(*) FROM service_update u WHERE u.name LIKE day || '%'))::text, 3, '0'),
      ${engine}, ${version}, clock_now() + ${RECOMMENDED_WITHIN_MS} * interval '1 millisecond'
    FROM to_char(clock_now() AT TIME ZONE 'UTC', '"elc-"YYYYMMDD"-"') AS day RETURNING id, name`)
  if (made === undefined) throw new Error('the database answered without a row')
  return made
}

interface Told {
  account_id: string
  cache_cluster_id: string
  cache_node_id: string
}

async function tellNodes(
  q: Queryable,
  engineId: string,
  { id, name }: { id: string; name: string },
): Promise<void> {
  const nodes = await q.rows<Told>(sql`
    SELECT v."accountId" AS account_id, v."cacheClusterId" AS cache_cluster_id, v."cacheNodeId" AS cache_node_id
    FROM service_update_node_view v JOIN cache_node n ON n.id = v."nodeId"
    WHERE v."serviceUpdateId" = ${id} AND NOT v."isUpdated" AND n.engine_id = ${engineId}
    ORDER BY v."cacheClusterId", v."cacheNodeId"`)
  for (const node of nodes)
    await insertEvent(
      q,
      node.account_id,
      eventOfCluster(
        node.cache_cluster_id,
        `Service update is available for cache node ${node.cache_node_id}.`,
        name,
      ),
    )
}
