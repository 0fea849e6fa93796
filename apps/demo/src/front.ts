import { readFile } from 'node:fs/promises'
import {
  createServer,
  request as ask,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ControlRoom } from './control-room.ts'
import type { Instances } from './instances.ts'

const PAGE = new URL('./page.html', import.meta.url)

/** The shop's one port: the page, what it controls, and everything else by turns to one instance or the other. */
export async function openFront(
  instances: Instances,
  room: () => ControlRoom,
  port: number,
): Promise<{ server: Server; url: string }> {
  const page = await readFile(PAGE)
  const server = createServer((request, response) => {
    const { method = 'GET', url = '/' } = request
    switch (`${method} ${url}`) {
      case 'GET /':
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
        break
      case 'GET /control':
        tell(response, 200, room().state)
        break
      case 'POST /control/cache-on':
      case 'POST /control/cache-off':
        room().setCache(url.endsWith('on'))
        tell(response, 200, room().state)
        break
      case 'POST /control/fail-over':
        room()
          .failOver()
          .then(
            () => tell(response, 200, room().state),
            (error: unknown) => tell(response, 502, { message: String(error) }),
          )
        break
      default:
        passOn(instances.next(), request, response)
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function tell(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function passOn(instance: string, request: IncomingMessage, response: ServerResponse): void {
  const { method, headers } = request
  const onward = ask(instance + (request.url ?? '/'), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  onward.on('error', () => {
    if (response.headersSent) response.destroy()
    else tell(response, 502, { message: 'the instance does not answer' })
  })
  request.pipe(onward)
}
