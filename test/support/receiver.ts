import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What takes webhooks at the other end: a server on loopback that keeps all it was sent. */

export interface Received {
  readonly id: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly atMs: number
  /** When it came, by the wall clock. */
  readonly cameAt: number
}

export interface Receiver {
  readonly url: string
  readonly port: number
  readonly received: Received[]
  /** Connections that were opened, whatever came of them. */
  connections: number
  /** Connections open now. */
  open: number
  /** Bytes that were written to all of them. */
  socketBytes(): number
  close(): Promise<void>
}

type Answer = (response: ServerResponse, received: Received) => void

export const ok: Answer = (response) => void response.writeHead(204).end()

/** Starts one; `answer` is asked for every message, after it is kept. */
export async function startReceiver(answer: Answer = ok): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('error', () => {})
    request.on('end', () => {
      const { headers } = request
      const body = Buffer.concat(chunks).toString('utf8')
      const one = {
        id: String(headers['webhook-id']),
        headers,
        body,
        atMs: performance.now(),
        cameAt: Date.now(),
      }
      received.push(one)
      answer(response, one)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on a port
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    received,
    connections: 0,
    open: 0,
    socketBytes: () => bytes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  let bytes = 0
  server.on('connection', (socket) => {
    receiver.connections++
    receiver.open++
    socket.on('close', () => {
      receiver.open--
      bytes += socket.bytesWritten
    })
  })
  return receiver
}

/** The standard's verification, by its text and not by our code: what is wrong, or null. */
export function verifyMessage(
  { headers, body }: Pick<Received, 'headers' | 'body'>,
  secret: string,
  nowSeconds: number,
): string | null {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) =>
    String(headers[`webhook-${name}`] ?? ''),
  )
  if (!id || !timestamp || !signatures) return 'a header is missing'
  if (!/^\d+$/.test(timestamp) || Math.abs(nowSeconds - Number(timestamp)) > 300) return 'too old'
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest()
  const isRight = signatures.split(' ').some((one) => {
    const [version, text = ''] = one.split(',')
    const given = Buffer.from(text, 'base64')
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
  })
  return isRight ? null : 'no signature is right'
}
