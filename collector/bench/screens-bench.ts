import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { generateHistory } from '../demo/history.ts'
import { demoModel } from '../demo/seed.ts'
import { newSiteSecrets } from '../http/site-secrets.ts'
import type { RawDelivery } from '../ingest/pipeline.ts'
import { openWriterService } from '../ingest/writer-service.ts'
import defaultModel from '../scoring/default-model.yaml'
import { median, print, printTable } from './report.ts'

/** How long each screen takes on a large store, by its own `Server-Timing`, and what it weighs. */

const LEADS = 100_000
/** Leads that the generator makes at a time; each has about 56 events, with the strangers around it. */
const CHUNK = 2_000
const GROUP = 500
const ASKED = 7
const AIM_MS = 300
const AIM_BYTES = 60_000

/** `leads` of one site and the strangers around them, in a new store; how many events that was. */
function seed(store: string, leads: number, now: number): number {
  const service = openWriterService({
    store,
    initialModel: demoModel(defaultModel),
    now: now - 90 * 86_400_000,
    isLimited: false,
  })
  const { siteKey, writeKey, signingSecret } = newSiteSecrets()
  const facts = { origins: [], needsSignature: false, isGenerated: true, createdAt: now }
  service.addSite({ name: 'A large shop', key: siteKey, writeKey, signingSecret, ...facts })
  let events = 0
  for (let made = 0; made < leads; made += CHUNK) {
    let group: RawDelivery[] = []
    const people = { visitors: 2 * CHUNK, leads: Math.min(CHUNK, leads - made), seed: 1 + made }
    const history = { now, origin: 'https://shop.example', siteKey, ...people }
    for (const { receivedAt, userAgent, ip, body } of generateHistory(history)) {
      events += body.events.length
      // Every chunk has people of the same names: these are other people, with addresses of their own.
      const text = JSON.stringify(body).replace(/("email":"[^"@]+)@/g, `$1.${made}@`)
      group.push({ body: text, receivedAt, userAgent, origin: null, address: ip })
      if (group.length < GROUP) continue
      service.ingest(group)
      group = []
    }
    service.ingest(group)
    process.stderr.write(`\r${made + CHUNK} leads, ${events} events`)
  }
  process.stderr.write('\n')
  service.look(now)
  while (service.work(now));
  service.close()
  return events
}

interface Running {
  readonly url: string
  readonly dashboard: string
  readonly child: ChildProcess
}

function start(store: string): Promise<Running> {
  const program = fileURLToPath(new URL('../pique.js', import.meta.url))
  const child = spawn(process.execPath, [program, 'start', '--port', '0', '--store', store], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return new Promise((resolve, reject) => {
    let text = ''
    child.once('exit', (code) => reject(new Error(`the collector ended with ${code}`)))
    child.stdout?.on('data', (chunk) => {
      text += chunk
      const line = text.split('\n').find((one) => one.startsWith('{"ready":true'))
      if (line) resolve({ ...JSON.parse(line), child })
    })
  })
}

/** Signs in and asks each screen a few times, the first time apart. */
async function ask({ url, dashboard }: Running): Promise<void> {
  const entered = await fetch(dashboard, { redirect: 'manual' })
  const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const get = async (path: string) => {
    const answer = await fetch(url + path, { headers: { cookie, accept: 'text/html' } })
    const body = Buffer.from(await answer.arrayBuffer())
    const [, ms] = /total;dur=([\d.]+)/.exec(answer.headers.get('server-timing') ?? '') ?? []
    return { status: answer.status, body, ms: Number(ms ?? Number.NaN) }
  }
  const first = await get('/leads')
  const assets = [...first.body.toString().matchAll(/\/assets\/[^"]+/g)].map(([path]) => path)
  const weights = await Promise.all([...new Set(assets)].map((path) => get(path)))
  const shared = weights.reduce((sum, { body }) => sum + gzipSync(body).length, 0)
  const idOf = async (path: string, found: RegExp) =>
    found.exec((await get(path)).body.toString())?.[0] ?? ''
  const [lead, visitor] = [
    await idOf('/leads', /\/leads\/ld_\d+/),
    await idOf('/visitors?anonymous=1', /\/visitors\/vi_\d+/),
  ]
  const rows: (readonly (string | number)[])[] = [
    ['screen', 'first ms', 'median ms', 'longest ms', `aim ${AIM_MS} ms`, 'kB', 'status'],
  ]
  for (const path of [
    '/',
    '/live.json',
    '/leads',
    '/leads?sort=-change',
    '/leads?q=anna&stage=mql',
    '/leads?sort=email',
    lead,
    '/visitors',
    visitor,
    '/sources',
    '/sources?by=landing&touch=last',
    '/model',
    '/model/edit',
    '/model/history',
    '/connect',
    '/connect?tab=incoming',
    '/connect/webhooks',
    '/settings',
    '/settings?tab=audit',
  ]) {
    const one = await get(path)
    const times: number[] = []
    for (let n = 0; n < ASKED; n += 1) times.push((await get(path)).ms)
    const longest = Math.max(one.ms, ...times)
    const weight = gzipSync(one.body).length + shared
    rows.push([
      path,
      one.ms,
      median(times),
      longest,
      longest <= AIM_MS ? 'holds' : 'MISSED',
      `${(weight / 1000).toFixed(1)}${weight > AIM_BYTES ? ' MISSED' : ''}`,
      one.status,
    ])
  }
  printTable(rows)
}

/**
 * Measures on `thousands` of leads. `PIQUE_BENCH_STORE` names a file to keep the store in, and to measure
 * again what is there.
 */
export async function benchScreens(thousands = LEADS / 1000): Promise<void> {
  const kept = process.env.PIQUE_BENCH_STORE
  const folder = mkdtempSync(join(tmpdir(), 'pique-bench-'))
  const store = kept ?? join(folder, 'pique.db')
  try {
    if (!existsSync(store)) {
      const events = seed(store, thousands * 1000, Date.now())
      print(`a store of ${thousands * 1000} leads and ${events} events`)
    }
    const running = await start(store)
    await ask(running)
    running.child.removeAllListeners('exit')
    running.child.kill('SIGTERM')
    await new Promise((resolve) => running.child.once('exit', resolve))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
