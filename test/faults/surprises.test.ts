import { randomUUID } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, expect, test } from 'vitest'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { lostOf, verifyFindings } from '../support/ledger.ts'
import { readMetrics } from '../support/raw-http.ts'
import { scaled } from '../support/scale.ts'

/**
 * What nobody expects: errors that no code catches, and a clock that jumps. Each is done to the built collector,
 * the errors by a copy of it that has a route to throw with.
 */

const doomed = mkdtempSync(join(tmpdir(), 'pique-test-'))
afterAll(() => rmSync(doomed, { recursive: true, force: true }))

/** A copy of the built collector with a way to make each of its threads throw. */
function buildWithFaults(): string {
  cpSync('dist', join(doomed, 'dist'), { recursive: true })
  cpSync('package.json', join(doomed, 'package.json'))
  symlinkSync(resolve('node_modules'), join(doomed, 'node_modules'))
  const main = join(doomed, 'dist/serve.js')
  const route = 'app.get("/healthz", (c) =>'
  patch(
    main,
    route,
    // At a path that anybody may ask for: what the guard does not know it turns away.
    `app.get("/healthz", (c, next) => {
    const kind = c.req.query("fault");
    if (!kind) return next();
    const fail = () => { throw new TypeError("ann@corp.example is undefined"); };
    if (kind === "reject") Promise.reject(new TypeError("ann@corp.example"));
    else setImmediate(fail);
    return c.body(null);
  });
  ${route}`,
  )
  // The writer thread throws where no catch is: at a body that says so, before anything is committed.
  patch(
    join(doomed, 'dist/writer.js'),
    'function commitWaiting() {',
    'function commitWaiting() {\n  if (waiting.some((one) => one.body.includes("\\"fault\\""))) throw new TypeError("ann@corp.example");',
  )
  return join(doomed, 'dist')
}

function patch(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8')
  expect(text.split(from), `${path}: ${from}`).toHaveLength(2)
  writeFileSync(
    path,
    text.replace(from, () => to),
  )
}

interface Client {
  readonly acked: Set<string>
  stop(): Promise<void>
}

/** Clients that send until stopped, repeat what was not acknowledged, and keep the only ledger. */
function startClients(site: string, urlNow: () => string, count: number): Client {
  const acked = new Set<string>()
  let isDone = false
  const run = async () => {
    while (!isDone) {
      const id = randomUUID()
      const session = randomUUID()
      const [now, url] = [Date.now(), 'https://shop.example/pricing']
      const events = [
        { id, type: 'page_view', at: now - 60_000, session, url },
        { id: randomUUID(), type: 'page_view', at: now, session, url },
      ]
      const body = JSON.stringify({ site, browser: randomUUID(), sentAt: now, human: true, events })
      for (let status = 0; status !== 202; ) {
        status = await fetch(`${urlNow()}/e`, { method: 'POST', body }).then(
          async (answer) => {
            await answer.arrayBuffer()
            return answer.status
          },
          () => 0,
        )
        expect([0, 202, 503]).toContain(status)
        // Others use these two processors too.
        await new Promise((done) => setTimeout(done, status === 202 ? 5 : 25))
      }
      acked.add(id)
    }
  }
  const all = Array.from({ length: count }, run)
  return {
    acked,
    async stop() {
      isDone = true
      await Promise.all(all)
    },
  }
}

const THROWS = scaled(100)

test(
  `${THROWS} errors that nobody caught, under load: as many ends with exit code 1, and nothing lost`,
  async () => {
    const dist = buildWithFaults()
    const place = createPlace()
    const start = () => startBuilt('start', place.store, [], { dist })
    let collector: RunningCollector = await start()
    const site = (await (await collector.api('/sites')).json()).data[0].key
    const clients = startClients(site, () => collector.url, 10)
    const kinds = ['throw', 'reject', 'writer'] as const
    for (let i = 0; i < THROWS; i += 1) {
      const before = clients.acked.size
      await expect
        .poll(() => clients.acked.size, { timeout: 10_000, interval: 5 })
        .toBeGreaterThan(before + 10)
      const ended = new Promise((done) => collector.process.once('exit', (code) => done(code)))
      const kind = kinds[i % kinds.length]
      const fault =
        kind === 'writer'
          ? fetch(`${collector.url}/e`, { method: 'POST', body: '"fault"' })
          : fetch(`${collector.url}/healthz?fault=${kind}`)
      const status = await fault.then((answer) => answer.status).catch(() => 0)
      if (kind === 'writer') expect([0, 503]).toContain(status)
      expect(await ended, `${kind}: ${collector.logs()}`).toBe(1)
      const lines = collector.logs().split('\n').filter(Boolean)
      const last = JSON.parse(lines.at(-1) ?? '')
      expect(last).toMatchObject({ level: 'error', reason: expect.stringContaining('TypeError') })
      expect(collector.logs()).not.toContain('@')
      collector = await start()
    }
    await clients.stop()
    expect(await collector.stop()).toBe(0)
    const lost = lostOf(clients.acked, place.store)
    console.info(
      `${THROWS} throws and restarts: ${clients.acked.size} acknowledged, ${lost.length} lost`,
    )
    expect(lost).toEqual([])
    expect(await verifyFindings(place.store)).toEqual([])
    place.remove()
  },
  60_000 + THROWS * 3_000,
)

test('a clock that jumps under load: no negative session, all exact, and each jump counted', async () => {
  const place = createPlace()
  // In the process, before anything of it runs: each SIGUSR2 takes the next shift of the wall clock.
  const shifts = [3_600_000, -3_600_000, 365 * 86_400_000]
  const preload = `const now = Date.now; let by = 0; const left = ${JSON.stringify(shifts)};
Date.now = () => now() + by;
process.on('SIGUSR2', () => { by += left.shift() ?? 0; });`
  const collector = await startBuilt('start', place.store, [], {
    env: { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(preload)}` },
  })
  const site = (await (await collector.api('/sites')).json()).data[0].key
  const clients = startClients(site, () => collector.url, 8)
  const startedAt = Date.now()
  const jumps = async () => (await readMetrics(collector.url)).get('pique_clock_jumps_total')
  for (const [nth] of shifts.entries()) {
    const before = clients.acked.size
    process.kill(collector.pid, 'SIGUSR2')
    await expect.poll(jumps, { timeout: 5_000 }).toBe(nth + 1)
    await expect.poll(() => clients.acked.size, { timeout: 10_000 }).toBeGreaterThan(before + 50)
  }
  await clients.stop()
  const endedAt = Date.now()
  const alerts = collector
    .logs()
    .split('\n')
    .filter((line) => line.includes('the clock jumped'))
  expect(alerts.map((line) => Math.round(JSON.parse(line).ms / 60_000))).toEqual(
    shifts.map((ms) => ms / 60_000),
  )
  expect(await collector.stop()).toBe(0)

  expect(lostOf(clients.acked, place.store)).toEqual([])
  const db = new Database(place.store, { readonly: true })
  const received = db
    .prepare(
      `SELECT s.base_at + e.at_ms + e.delay_ms FROM event e JOIN session s ON s.id = e.session
       ORDER BY s.id, e.n`,
    )
    .pluck()
    .all() as number[] // both columns are whole numbers
  const lengths = db.prepare('SELECT end_ms FROM session').pluck().all() as number[] // as above
  db.close()
  expect(received).toEqual(received.toSorted((a, b) => a - b))
  expect(Math.min(...received)).toBeGreaterThanOrEqual(startedAt - 1_000)
  expect(Math.max(...received)).toBeLessThanOrEqual(endedAt + 1_000)
  expect(lengths.length).toBeGreaterThan(150)
  expect(Math.min(...lengths)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...lengths)).toBeLessThanOrEqual(61_000)
  expect(await verifyFindings(place.store)).toEqual([])
  place.remove()
}, 60_000)
