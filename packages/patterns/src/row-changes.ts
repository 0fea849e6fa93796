/** The part of a `pg` client that is used. */
export interface ListenClient {
  connect(): Promise<unknown>
  query(text: string): Promise<unknown>
  on(event: 'notification', listener: (message: { payload?: string | undefined }) => void): unknown
  on(event: 'error' | 'end', listener: (error?: Error) => void): unknown
  end(): Promise<unknown>
}

export interface RowChange {
  table: string
  /** The columns of the key, as text: of the row as it is or was. */
  key: Record<string, string>
}

export interface RowChangesOptions {
  /** Makes a client that is not connected yet, of a connection that listens: not of a pool, not through a transaction pooler. */
  client: () => ListenClient
  channel?: string
  onChange: (change: RowChange) => Promise<void> | void
  /** Changes may have been missed, at the start and whenever the connection was lost: forget everything of these tables. */
  onGap: () => Promise<void> | void
}

const CHANNEL = 'cacheplane_rows'
const RETRY_MS = 200
const IDENTIFIER = /^[a-z_][a-z0-9_]{0,62}$/

/**
 * SQL that makes Postgres tell of every committed change of a table's rows, also of those made by others. Run it in a
 * migration; it can be repeated.
 *
 * @param columns of the key by which the rows are cached
 */
export function rowTriggerSql(table: string, columns: readonly string[], channel = CHANNEL): string {
  for (const name of [table, ...columns, channel])
    if (!IDENTIFIER.test(name)) throw new RangeError(`not a plain name of Postgres: ${name}`)
  const keyOf = (row: string) =>
    `json_build_object(${columns.map((c) => `'${c}', ${row}."${c}"::text`).join(', ')})`
  const tell = (row: string) =>
    `PERFORM pg_notify('${channel}', json_build_object('table', TG_TABLE_NAME, 'key', ${keyOf(row)})::text);`
  const name = `${table}_tells`.slice(0, 63)
  return `
CREATE OR REPLACE FUNCTION "${name}"() RETURNS trigger LANGUAGE plpgsql AS $tell$
BEGIN
  IF TG_OP <> 'INSERT' THEN ${tell('OLD')} END IF;
  IF TG_OP <> 'DELETE' THEN ${tell('NEW')} END IF;
  RETURN NULL;
END $tell$;
DROP TRIGGER IF EXISTS "${name}" ON "${table}";
CREATE TRIGGER "${name}" AFTER INSERT OR UPDATE OR DELETE ON "${table}"
  FOR EACH ROW EXECUTE FUNCTION "${name}"();`
}

/** Listens for changes of rows until it is closed, and connects again when it has to. */
export function followRowChanges(options: RowChangesOptions): { close(): Promise<void> } {
  const { channel = CHANNEL, onChange, onGap } = options
  if (!IDENTIFIER.test(channel)) throw new RangeError(`not a plain name of Postgres: ${channel}`)
  let isClosed = false
  let current: ListenClient | null = null
  let timer: NodeJS.Timeout | undefined

  const again = (client: ListenClient): void => {
    if (current !== client) return
    current = null
    client.end().catch(() => undefined)
    if (!isClosed) timer = setTimeout(connect, RETRY_MS)
  }
  const connect = (): void => {
    const client = options.client()
    current = client
    client.on('error', () => again(client))
    client.on('end', () => again(client))
    client.on('notification', ({ payload }) => {
      const change = parse(payload)
      void Promise.resolve(change === null ? onGap() : onChange(change)).catch(() => again(client))
    })
    const listen = async (): Promise<void> => {
      await client.connect()
      await client.query(`LISTEN ${channel}`)
      // Only now nothing more is missed.
      await onGap()
    }
    listen().catch(() => again(client))
  }
  connect()
  return {
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      const client = current
      current = null
      await client?.end().catch(() => undefined)
    },
  }
}

function parse(payload: string | undefined): RowChange | null {
  try {
    const { table, key } = JSON.parse(payload ?? '') as RowChange
    return typeof table === 'string' && typeof key === 'object' ? { table, key } : null
  } catch {
    return null
  }
}
