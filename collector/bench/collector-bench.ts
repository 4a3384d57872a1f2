import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import disposable from '../scoring/disposable-mail-domains.txt'
import free from '../scoring/free-mail-domains.txt'
import { createMailDomains } from '../scoring/mail-domains.ts'
import { createSqliteReader } from '../store/sqlite/read/reader.ts'
import { median, print, share } from './report.ts'

/** How fast events are taken in and replayed, and what they weigh on disk. */
const ROUNDS = 5
/** Requests of one round, by events in each. */
const BODIES: Readonly<Record<number, number>> = { 1: 50_000, 10: 20_000 }
const CONNECTIONS = 64
const ADMIN_KEY = 'a key for the benchmark, nothing else'

interface Running {
  readonly url: string
  readonly process: ChildProcess
}
interface Load {
  readonly bodiesPerS: number
  readonly events: number
  readonly refused: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Running> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    let text = ''
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}`)))
    child.stdout?.on('data', (chunk) => {
      text += chunk
      const line = text.split('\n').find((one) => one.startsWith('{"ready":true'))
      if (line) resolve({ url: JSON.parse(line).url, process: child })
    })
  })
}

function stop({ process: child }: Running): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}

interface LoadPlan {
  readonly url: string
  readonly site: string
  readonly perBody: number
  readonly connections: number
  readonly bodies: number
}

function load({ url, site, perBody, connections, bodies }: LoadPlan): Promise<Load> {
  const args = [file('./load.js'), url, site, String(perBody), String(connections), String(bodies)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    child.once('exit', (code) =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`the load ended with ${code}`)),
    )
  })
}

/** A site of its own for each load: one alone may not send as fast as a collector takes. */
async function newSite(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/sites`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Bench' }),
  })
  const { key }: { key?: string } = await answer.json()
  if (!key) throw new Error(`the collector made no site: ${answer.status}`)
  return key
}

async function benchIngest(collector: Running, bare: Running): Promise<number> {
  // Not counted: compiles the hot path and brings the write-ahead log to the size it keeps.
  const warm = {
    site: await newSite(collector.url),
    perBody: 10,
    connections: CONNECTIONS,
    bodies: 20_000,
  } as const
  let events = (await load({ url: collector.url, ...warm })).events
  await load({ url: bare.url, ...warm })
  for (const perBody of [1, 10]) {
    const ratios: number[] = []
    const rates: number[] = []
    const p99s: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const site = await newSite(collector.url)
      const plan = { site, perBody, connections: CONNECTIONS, bodies: BODIES[perBody] ?? 0 }
      const ours = await load({ url: collector.url, ...plan })
      const theirs = await load({ url: bare.url, ...plan })
      if (ours.refused > 0) print(`  (${ours.refused} refused)`)
      ratios.push(ours.bodiesPerS / theirs.bodiesPerS)
      rates.push(ours.bodiesPerS)
      p99s.push(ours.p99Ms)
      events += ours.events
    }
    const name = perBody === 1 ? 'single events' : `batches of ${perBody}`
    print(
      `ingest, ${name}, ${CONNECTIONS} connections: ${share(median(ratios))} of a bare Hono handler (rounds ${ratios.map(share).join(' ')}); ${median(rates)} requests/s, ${median(rates) * perBody} events/s, p99 ${median(p99s).toFixed(1)} ms`,
    )
  }
  const lone = await load({
    url: collector.url,
    site: await newSite(collector.url),
    perBody: 1,
    connections: 1,
    bodies: 4000,
  })
  events += lone.events
  print(
    `ingest, single events, 1 connection: ${lone.bodiesPerS} requests/s, p50 ${lone.p50Ms.toFixed(2)} ms`,
  )
  return events
}

async function benchStore(path: string, sent: number): Promise<void> {
  const db = new Database(path, { readonly: true })
  const events = Number(db.prepare('SELECT count(*) FROM event').pluck().get())
  print(
    `bytes per event on disk: ${(statSync(path).size / events).toFixed(1)} (${events} events of ${sent} sent, everything included)`,
  )
  const reader = createSqliteReader(path, createMailDomains(free, disposable))
  const ratios: number[] = []
  let rate = 0
  for (let round = 0; round < 3; round += 1) {
    const scanAt = performance.now()
    let rows = 0
    for (const _ of db.prepare('SELECT * FROM event').raw().iterate()) rows += 1
    const replayAt = performance.now()
    const report = await reader.verify()
    const endAt = performance.now()
    if (report.events !== rows || report.differences.length > 0) {
      throw new Error(
        `replay found ${report.differences.length} differences in ${report.events} events`,
      )
    }
    ratios.push((replayAt - scanAt) / (endAt - replayAt))
    rate = Math.round(report.events / ((endAt - replayAt) / 1000))
  }
  print(
    `replay: ${share(median(ratios))} of a bare scan of the event table; ${rate} events/s, compared with every stored count`,
  )
  db.close()
}

export async function benchCollector(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'pique-bench-'))
  try {
    const store = join(directory, 'pique.db')
    const collector = await start([file('../pique.js'), 'start', '--port', '0', '--store', store], {
      PIQUE_ADMIN_KEY: ADMIN_KEY,
    })
    const bare = await start([file('./bare.js')])
    const events = await benchIngest(collector, bare).finally(async () => {
      await stop(bare)
      await stop(collector)
    })
    await benchStore(store, events)
  } finally {
    rmSync(directory, { recursive: true })
  }
}
