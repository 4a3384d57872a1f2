import { connect } from 'node:net'

/**
 * A load of beacons, in a process of its own: keep-alive connections that each send a body, wait
 * for the answer, and send the next. Prints one JSON line. Requests are raw HTTP, all made
 * before the clock starts, so that the load takes little of the machine that it measures.
 *
 * The events are what a shop sends: sessions of ten events (views, pings, products, a download),
 * new browsers throughout, time-ordered ids.
 */
const [url = '', site = '', perBody = '1', connections = '64', bodies = '10000'] =
  process.argv.slice(2)
const { hostname, port } = new URL(url)
const eventsPerBody = Number(perBody)

const PAGES = ['/', '/pricing', '/products', '/products/kettle', '/products/grinder', '/blog/beans']
const SESSION_EVENTS = 10
const HEAD = `POST /e HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: text/plain\r\nOrigin: https://shop.example\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36\r\n`

let sequence = 0
/** A UUID of version 7: time first, so that ids come in order. */
function uuid7(now: number): string {
  sequence = (sequence + 1) & 0xfff
  const time = now.toString(16).padStart(12, '0')
  const random = () =>
    Math.floor(Math.random() * 0x1000000)
      .toString(16)
      .padStart(6, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence.toString(16).padStart(3, '0')}-8${random().slice(3)}-${random()}${random()}`
}

interface Session {
  readonly browser: string
  readonly session: string
  view: string
  viewAt: number
  url: string
  sent: number
}

function newSession(): Session {
  const now = Date.now()
  return {
    browser: uuid7(now),
    session: uuid7(now),
    view: uuid7(now),
    viewAt: now,
    url: 'https://shop.example/?utm_source=google&utm_medium=cpc&utm_campaign=spring',
    sent: 0,
  }
}

/** The n-th event of a session: view, ping, ping, product, next view … */
function eventOf(s: Session): string {
  const now = Date.now()
  const n = s.sent++
  const place = n % 4
  if (place === 0 && n > 0) {
    s.view = uuid7(now)
    s.viewAt = now
    s.url = `https://shop.example${PAGES[(n + now) % PAGES.length]}`
  }
  const common = `"id":"${uuid7(now)}","at":${now},"session":"${s.session}","view":"${s.view}","url":"${s.url}"`
  if (place === 0) {
    return `{"type":"page_view",${common},"referrer":"https://www.google.com/","title":"The shop for kettles and grinders"}`
  }
  if (place === 3) {
    return `{"type":"view_item",${common},"props":{"item_id":"K-100","item_name":"Kettle","value":49.9}}`
  }
  const engaged = place * 15_000
  return `{"type":"user_engagement",${common},"props":{"engaged_ms":${engaged},"scroll":${place * 30},"view_at":${s.viewAt}}}`
}

const results = { bodies: 0, events: 0, refused: 0, latencies: [] as number[] }

/** One whole HTTP request with the next events of a session. */
function requestOf(session: Session): Buffer {
  const events = Array.from({ length: eventsPerBody }, () => eventOf(session)).join(',')
  const human = session.sent > 1
  const body = `{"site":"${site}","browser":"${session.browser}","sentAt":${Date.now()},"human":${human},"events":[${events}]}`
  return Buffer.from(`${HEAD}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

/** What one connection sends: session after session. */
function* requestsOf(count: number): Generator<Buffer, undefined> {
  let session = newSession()
  for (let i = 0; i < count; i += 1) {
    if (session.sent >= SESSION_EVENTS) session = newSession()
    yield requestOf(session)
  }
}

function drive(requests: Iterator<Buffer, undefined>): Promise<void> {
  return new Promise((resolve, reject) => {
    let sentAt = 0
    let answer = ''
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    const send = () => {
      const request = requests.next().value
      if (!request) {
        socket.end()
        resolve()
        return
      }
      sentAt = performance.now()
      socket.write(request)
    }
    socket.setEncoding('latin1')
    socket.on('connect', send)
    socket.on('error', reject)
    socket.on('data', (text: string) => {
      answer += text
      const headEnd = answer.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      const length = Number(/content-length: (\d+)/i.exec(answer)?.[1] ?? 0)
      if (answer.length < headEnd + 4 + length) return
      results.latencies.push(performance.now() - sentAt)
      if (answer.startsWith('HTTP/1.1 202')) {
        results.bodies += 1
        results.events += eventsPerBody
      } else results.refused += 1
      answer = ''
      send()
    })
  })
}

/** Makes everything in turns, so that ids are in the order of time over all connections, as live ones are. */
function prepared(from: readonly Generator<Buffer, undefined>[]): Iterator<Buffer, undefined>[] {
  const made = from.map((): Buffer[] => [])
  for (let isMore = true; isMore; ) {
    isMore = false
    from.forEach((source, i) => {
      const { value } = source.next()
      if (!value) return
      made[i]?.push(value)
      isMore = true
    })
  }
  return made.map((requests) => requests.values())
}

const perConnection = Math.ceil(Number(bodies) / Number(connections))
const sources = Array.from({ length: Number(connections) }, () => requestsOf(perConnection))
const plans = prepared(sources)
const startedAt = performance.now()
await Promise.all(plans.map(drive))
const elapsedS = (performance.now() - startedAt) / 1000
const sorted = results.latencies.sort((a, b) => a - b)
process.stdout.write(
  `${JSON.stringify({
    bodiesPerS: Math.round(results.bodies / elapsedS),
    events: results.events,
    refused: results.refused,
    p50Ms: sorted[Math.floor(sorted.length * 0.5)],
    p99Ms: sorted[Math.floor(sorted.length * 0.99)],
  })}\n`,
)
