/**
 * What a script costs the main thread of a page that loads it: all tasks that the page's main thread runs
 * in the first `WINDOW_MS` after the script was asked for, and the longest of them.
 *
 * Each run is a first visit: a new browser context, the same page, everything cold. The script is
 * asked for once the page has come to rest, so that what follows is its doing; an empty script, measured
 * in the same turns, tells what the page and the measuring cost alone. Tasks come from a trace, since
 * `PerformanceObserver` only knows those from 50 ms on. Their CPU time is what compares: it leaves out
 * what a busy machine adds. Their time by the clock is what the page feels, and adds the waits for
 * other processes, such as those for the first look at cookies and at `localStorage`.
 *
 * Whatever the scripts ask for, any host, is answered by one local server, the tag's further files
 * included; a peer that loads more code from its maker's server seems lighter here than it is.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import bundled from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'
import type { Subject } from './peers.ts'
import { buildExtras } from './tag-sizes.ts'

export const WINDOW_MS = 3_000
const REST_MS = 250
const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36'
const MARK = 'bench'

export interface Cost {
  /** One a run: of all tasks the CPU time, and that of the clock; of the longest, that of the clock. */
  readonly cpuMs: number[]
  readonly clockMs: number[]
  readonly longestMs: number[]
  /** What was said on the console, errors of the page included. */
  readonly said: string[]
}

// Hosts under `localhost` are secure ones, as with https: nobody lacks what only such pages have.
const SHOP = 'shop.localhost'
const COLLECTOR = 'http://collect.localhost'

const FORM =
  '<form><input type="email" name="email"><textarea name="message"></textarea><button>Send</button></form>'
const pageOf = (
  head: string,
  body: string,
) => `<!doctype html><html lang="en"><head><title>Kettles</title>
${head}</head><body><header><nav>${'<a href="/kettles">Kettles</a> <a href="https://elsewhere.example/">Makers</a> '.repeat(20)}</nav></header>
<main><h1>Kettles</h1>${body}${FORM}</main></body></html>`

/** Something to observe for whoever observes: to read, and of a shop. */
export const PAGES: Readonly<Record<string, string>> = {
  'an article': pageOf(
    '',
    '<section><h2>A kettle</h2><p>Boils water.</p><a href="/manual.pdf">Manual</a><button>More</button></section>'.repeat(
      60,
    ),
  ),
  'a page of a shop': pageOf(
    '<script type="application/ld+json">{"@context":"https://schema.org","@type":"Product","name":"Kettle","sku":"K-100","offers":{"@type":"Offer","price":"49.90","priceCurrency":"EUR"}}</script>',
    `<form action="/cart/add" method="post"><input name="quantity" value="1"><button>Add to cart</button></form>
${'<article><h2>A kettle</h2><p>Boils water.</p><a href="/manual.pdf">Manual</a><button>Add to wish list</button></article>'.repeat(60)}`,
  ),
}

async function serve(subjects: readonly Subject[], html: string): Promise<Server> {
  const extras = await buildExtras()
  const server = createServer((request, response) => {
    const { host, origin = '*' } = request.headers
    const asked = request.headers['access-control-request-headers'] ?? '*'
    const { pathname } = new URL(request.url ?? '/', 'http://any.test')
    const subject = subjects.find(({ name }) => pathname === `/${encodeURIComponent(name)}.js`)
    response.setHeader('access-control-allow-origin', origin)
    response.setHeader('access-control-allow-credentials', 'true')
    response.setHeader('access-control-allow-headers', asked)
    const isPage = host === SHOP && pathname === '/'
    const script = subject?.script ?? extras.get(pathname.slice(1))
    const isScript = pathname.endsWith('.js')
    response.setHeader(
      'content-type',
      isPage ? 'text/html' : isScript ? 'text/javascript' : 'application/json',
    )
    response.end(isPage ? html : isScript ? (script ?? '') : '{}')
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

async function launch(port: number): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROME_PATH ?? (await bundled.executablePath()),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-blink-features=AutomationControlled',
      `--host-resolver-rules=MAP * 127.0.0.1:${port}`,
    ],
  })
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** Microseconds: when it began, how long it took, how long of that on a CPU. */
  readonly ts: number
  readonly dur?: number
  readonly tdur?: number
}

/** The main thread's tasks from the mark on. */
function tasksOf(trace: Buffer): TraceEvent[] {
  const { traceEvents }: { traceEvents: TraceEvent[] } = JSON.parse(trace.toString())
  const mark = traceEvents.find(({ name }) => name === MARK)
  if (!mark) throw new Error('The page was not marked')
  return traceEvents.filter(
    ({ name, pid, tid, ts }) =>
      name === 'RunTask' &&
      pid === mark.pid &&
      tid === mark.tid &&
      ts >= mark.ts &&
      ts <= mark.ts + WINDOW_MS * 1000,
  )
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Loads a subject once; `slowdown` is how many times slower than this machine the page's is. */
async function run(browser: Browser, subject: Subject, slowdown: number, cost: Cost) {
  const context = await browser.newContext({ userAgent: USER_AGENT })
  const page = await context.newPage()
  page.on('console', (message) => cost.said.push(message.text()))
  page.on('pageerror', (error) => cost.said.push(error.message))
  await page.goto(`http://${SHOP}/`)
  if (!(await page.evaluate('isSecureContext'))) throw new Error('The page is not a secure one')
  const session = await context.newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  await browser.startTracing(page, {
    categories: ['blink.user_timing', 'disabled-by-default-devtools.timeline'],
  })
  await wait(REST_MS)
  await page.evaluate(
    `const script = document.createElement('script')
    script.src = '${COLLECTOR}/${encodeURIComponent(subject.name)}.js?site=KEY'
    performance.mark('${MARK}')
    document.head.append(script)`,
  )
  await wait(WINDOW_MS)
  const tasks = tasksOf(await browser.stopTracing())
  cost.cpuMs.push(tasks.reduce((sum, { tdur = 0 }) => sum + tdur, 0) / 1000)
  cost.clockMs.push(tasks.reduce((sum, { dur = 0 }) => sum + dur, 0) / 1000)
  cost.longestMs.push(Math.max(...tasks.map(({ dur = 0 }) => dur)) / 1000)
  await context.close()
}

/** Measures all subjects `rounds` times, in turns, a different one first in each round. */
export async function measureCosts(
  subjects: readonly Subject[],
  {
    rounds,
    slowdown,
    html,
  }: { readonly rounds: number; readonly slowdown: number; readonly html: string },
): Promise<Map<Subject, Cost>> {
  const costs = new Map<Subject, Cost>()
  for (const subject of subjects)
    costs.set(subject, { cpuMs: [], clockMs: [], longestMs: [], said: [] })
  const server = await serve(subjects, html)
  // The address of a server that listens on a port is one.
  const browser = await launch((server.address() as AddressInfo).port)
  try {
    for (let round = 0; round < rounds; round += 1) {
      const first = round % subjects.length
      for (const subject of [...subjects.slice(first), ...subjects.slice(0, first)]) {
        const cost = costs.get(subject)
        if (cost) await run(browser, subject, slowdown, cost)
      }
    }
  } finally {
    await browser.close()
    server.closeAllConnections()
    server.close()
  }
  return costs
}
