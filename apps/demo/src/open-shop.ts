import { randomBytes } from 'node:crypto'
import { Pool } from 'pg'
import { ControlRoom } from './control-room.ts'
import { openFront } from './front.ts'
import { Instances } from './instances.ts'
import { fillProducts } from './products.ts'
import type { Service } from './service.ts'
import { Visitors } from './visitors.ts'

const NAMES = ['shop-a', 'shop-b']

export interface OpenShop {
  url: string
  room: ControlRoom
  close(): Promise<void>
}

/** Makes the group, fills the table, starts two instances behind one port, and lets visitors in. */
export async function openShop(service: Service, databaseUrl: string, port: number): Promise<OpenShop> {
  const primaryEndpoint = await service.ensureGroup()
  const pool = new Pool({ connectionString: databaseUrl, max: 1 })
  await fillProducts(pool)
  await pool.end()
  const instances = new Instances()
  const secret = randomBytes(32).toString('hex')
  let room: ControlRoom
  try {
    await Promise.all(NAMES.map((name) => instances.start({ name, databaseUrl, secret, primaryEndpoint })))
    const { server, url } = await openFront(instances, () => room, port)
    const visitors = new Visitors(url)
    room = new ControlRoom(instances, visitors, service)
    return {
      url,
      room,
      close: async () => {
        room.close()
        await visitors.leave()
        server.close()
        server.closeAllConnections()
        instances.stop()
        await service.removeGroup()
      },
    }
  } catch (error) {
    instances.stop()
    await service.removeGroup()
    throw error
  }
}
