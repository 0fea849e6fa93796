import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import type { SchemaEngine } from '@prisma/schema-engine-wasm'
import pg from 'pg'

const BINDINGS = '@prisma/schema-engine-wasm/schema_engine_bg'

type Exports = Record<string, unknown>
interface Bindings {
  __wbg_set_wasm(exports: Exports): void
}
/** The part of the global `WebAssembly` that is used here; Node's own types leave it out. */
interface WasmRuntime {
  instantiate(bytes: Uint8Array, imports: Record<string, object>): Promise<{ instance: { exports: Exports } }>
}

/**
 * Prisma's schema engine, compiled to WebAssembly: it runs migrations without the native engine that Prisma's command
 * would download. Its connections are closed when the work is done.
 */
export async function withSchemaEngine<T>(
  databaseUrl: string,
  datamodel: string,
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg')
  loading ??= load(bindings)
  await loading
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  // The engine is told by the statement that fails.
  pool.on('error', () => undefined)
  try {
    const adapter = bindMigrationAwareSqlAdapterFactory(wholeScripts(pool))
    const datamodels: [string, string][] = [['schema.prisma', datamodel]]
    const engine = await bindings.SchemaEngine.new({ datamodels }, () => undefined, adapter)
    try {
      return await work(engine)
    } finally {
      engine.free()
    }
  } finally {
    await pool.end()
  }
}

/**
 * Sends a migration to the server in one piece. The adapter's own way cuts it at every semicolon, those in the bodies of
 * functions too; in one piece it is one transaction besides.
 */
function wholeScripts(pool: pg.Pool): PrismaPg {
  const factory = new PrismaPg(pool)
  const connect = factory.connect.bind(factory)
  factory.connect = async () => {
    const adapter = await connect()
    adapter.executeScript = async (script) => void (await pool.query(script))
    return adapter
  }
  return factory
}

let loading: Promise<void> | null = null

async function load(bindings: Bindings): Promise<void> {
  const folder = path.dirname(createRequire(import.meta.url).resolve(BINDINGS))
  const bytes = await readFile(path.join(folder, 'schema_engine_bg.wasm'))
  const runtime = Reflect.get(globalThis, 'WebAssembly') as WasmRuntime
  const { instance } = await runtime.instantiate(bytes, { './schema_engine_bg.js': bindings })
  bindings.__wbg_set_wasm(instance.exports)
  const start = instance.exports['__wbindgen_start']
  if (typeof start === 'function') start()
}
