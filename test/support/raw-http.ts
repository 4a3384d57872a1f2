import { connect } from 'node:net'

/** What came back on one connection, byte for byte. */
export interface RawAnswer {
  readonly text: string
  /** Statuses of all answers, in order. */
  readonly statuses: readonly number[]
  /** Whether the other side closed the connection, and not the time that ran out. */
  readonly isClosed: boolean
}

/**
 * Writes bytes as they are and collects what comes back, until the other side closes or nothing came for `quietMs`.
 */
export function sendRaw(url: string, bytes: string, quietMs = 1_500): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(Number(port), hostname)
    const finish = (isClosed: boolean) => {
      socket.destroy()
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, code]) => Number(code))
      resolve({ text, statuses, isClosed })
    }
    socket.setTimeout(quietMs, () => finish(false))
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.once('error', () => finish(true))
    socket.once('close', () => finish(true))
    socket.write(bytes, 'latin1')
  })
}

/** Values of the lines of `/metrics`, by name and labels as written. */
export async function readMetrics(url: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ')
      return [line.slice(0, end), Number(line.slice(end + 1))]
    }),
  )
}
