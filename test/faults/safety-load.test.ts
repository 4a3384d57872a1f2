import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { RunningCollector } from '../support/collector.ts'
import { lostOf } from '../support/ledger.ts'
import { startLoad, until } from '../support/load.ts'
import {
  besideIt,
  cleanups,
  ended,
  newStore,
  pique,
  siteKey,
  start,
  startOn,
} from '../support/place.ts'
import { readMetrics } from '../support/raw-http.ts'
import { scaled } from '../support/scale.ts'

/** What keeps a store safe in use: its pages, its disk, its lock, its copies. */

test('a page that was overwritten is found at the start, or by the check beside a running collector', async () => {
  const store = newStore()
  const collector = await start(store)
  const load = startLoad(await siteKey(collector), () => collector.url, 300)
  await until(() => load.acked.size > 300)
  await load.stop()
  await collector.stop()
  const db = new Database(store, { readonly: true })
  const pages = db
    .prepare("SELECT pageno FROM dbstat WHERE pagetype != 'overflow' AND ncell > 0")
    .pluck()
    .all() as number[]
  db.close()
  const whole = readFileSync(store)
  const flips = scaled(20)
  for (let i = 0; i < flips; i += 1) {
    const page = pages[randomInt(pages.length)] ?? 1
    const file = openSync(store, 'r+')
    writeSync(file, whole, 0, whole.length, 0)
    writeSync(file, randomBytes(4096), 0, 4096, (page - 1) * 4096)
    closeSync(file)
    expect([page, startOn(store).status]).toEqual([page, 71])
    const run = `const { Worker } = require('node:worker_threads')
      new Worker('./dist/checker.js', { workerData: { store: ${JSON.stringify(store)} } }).on('message', (m) => console.log(m))`
    expect(execFileSync(process.execPath, ['-e', run], { encoding: 'utf8' })).not.toBe('ok\n')
  }
}, 60_000)

test.each([
  ['a read', (collector: RunningCollector) => collector.api('/leads')],
  [
    'a call of the writer',
    (collector: RunningCollector) => collector.api('/sites/si_1', { method: 'DELETE' }),
  ],
])(
  'pages that go bad under a running collector: %s meets them, and it ends with 70',
  async (_, ask) => {
    const store = newStore()
    const collector = await start(store)
    const load = startLoad(await siteKey(collector), () => collector.url, 200)
    await until(() => load.acked.size > 50)
    await load.stop()
    // A change from outside makes both threads forget the pages that they hold.
    const db = new Database(store)
    db.exec("INSERT INTO counter (site, name, value) VALUES (0, 'outside', 1)")
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.close()
    const file = openSync(store, 'r+')
    for (let at = 4096; at < statSync(store).size; at += 4096) {
      writeSync(file, randomBytes(4096), 0, 4096, at)
    }
    closeSync(file)
    await ask(collector).catch(() => {})
    expect(await ended(collector)).toBe(70)
  },
)

describe('room on the disk', () => {
  const canMount = spawnSync('mount', ['--version']).status === 0 && process.getuid?.() === 0

  function smallDisk(): string {
    const directory = mkdtempSync(join(tmpdir(), 'pique-disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', directory])
    cleanups.push(() => {
      execFileSync('umount', ['-l', directory])
      rmSync(directory, { recursive: true })
    })
    return directory
  }
  function fill(directory: string, leave: number): string {
    const { bavail, bsize } = JSON.parse(
      execFileSync(
        process.execPath,
        ['-p', `JSON.stringify(fs.statfsSync(${JSON.stringify(directory)}))`],
        { encoding: 'utf8' },
      ),
    )
    const file = join(directory, 'filler')
    const handle = openSync(file, 'a')
    let left = bavail * bsize - leave
    try {
      while (left > 0) left -= writeSync(handle, Buffer.alloc(Math.min(left, 65536), 1))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    }
    closeSync(handle)
    return file
  }

  test.skipIf(!canMount)(
    'below the floor and on a full disk: 503, reads go on, and writes resume by themselves',
    async () => {
      const directory = smallDisk()
      const store = join(directory, 'data', 'pique.db')
      mkdirSync(dirname(store), { mode: 0o700 })
      const collector = await start(store, '--min-free', '8', '--ballast', '2')
      const load = startLoad(await siteKey(collector), () => collector.url, 100)
      await until(() => load.acked.size > 50)
      await until(() => existsSync(`${store}-ballast`))
      const ready = async () => (await fetch(`${collector.url}/readyz`)).status
      for (const leave of [4_000_000, 0]) {
        const filler = fill(directory, leave)
        await until(async () => (await ready()) === 503)
        const refused = await fetch(`${collector.url}/e`, { method: 'POST', body: '{}' })
        expect([refused.status, (await refused.json()).code]).toEqual([503, 'disk_full'])
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
        expect((await collector.api('/leads')).status).toBe(200)
        if (leave === 0) {
          const freed = JSON.parse(pique('free-ballast', '--store', store).stdout)
          expect(freed.freed_bytes).toBe(2 * 1024 * 1024)
          // Room enough for what the owner does now, such as revoking a key.
          expect(pique('site', 'add', 'x', '--store', store).stderr).toBe('')
        }
        const acked = load.acked.size
        rmSync(filler)
        await until(() => load.acked.size > acked + 50)
        await until(() => existsSync(`${store}-ballast`))
      }
      await load.stop()
      expect([...load.statuses.keys()].sort()).toEqual([202, 503])
      expect(collector.logs().match(/disk is nearly full/g)?.length).toBe(2)
      expect(await collector.stop()).toBe(0)
      expect(lostOf(load.acked, store)).toEqual([])
      expect(pique('verify', '--store', store).status).toBe(0)
    },
    60_000,
  )
})

test('a shell holds the write lock: 503 and 2xx alone, nothing lost, and the loop stays free', async () => {
  const store = newStore()
  const collector = await start(store)
  const load = startLoad(await siteKey(collector), () => collector.url, 200)
  await until(() => load.acked.size > 100)
  const shell = new Database(store)
  shell.exec('BEGIN IMMEDIATE')
  // As the collector sees it, since it was last asked: here thousands of clients wait for their next try.
  const delay = async () =>
    (await readMetrics(collector.url)).get('nodejs_eventloop_lag_p99_seconds') ?? Number.NaN
  expect(await delay()).toBeGreaterThan(0)
  const end = Date.now() + scaled(30_000)
  while (Date.now() < end) {
    expect((await fetch(`${collector.url}/healthz`)).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  expect(await delay()).toBeLessThan(0.1)
  shell.exec('COMMIT')
  shell.close()
  await load.stop()
  expect([...load.statuses.keys()].sort()).toEqual([202, 503])
  expect(await collector.stop()).toBe(0)
  expect(lostOf(load.acked, store)).toEqual([])
}, 90_000)

test('backups under load: each opens, is whole and exact, and a restore with retries loses nothing', async () => {
  const store = newStore()
  const collector = await start(store)
  const load = startLoad(await siteKey(collector), () => collector.url, 200)
  const times = scaled(50)
  const copies: { file: string; acked: string[] }[] = []
  for (let i = 0; i < times; i += 1) {
    const before = load.acked.size
    await until(() => load.acked.size > before + 100)
    const acked = [...load.acked]
    const file = join(dirname(store), `copy-${i}`)
    const made = await besideIt('backup', '--to', file, '--store', store)
    expect(made.stderr).toBe('')
    expect(JSON.parse(made.stdout).events).toBeGreaterThanOrEqual(acked.length)
    copies.push({ file, acked })
  }
  await load.stop()
  expect(await collector.stop()).toBe(0)
  const db = new Database(store, { readonly: true })
  const recorded = db.prepare('SELECT path FROM backup').pluck().all()
  expect(recorded).toEqual(copies.map(({ file }) => file))
  db.close()
  expect(pique('backup', '--to', copies[0]?.file ?? '', '--store', store).status).toBe(1)

  for (const { file, acked } of copies) {
    const place = newStore()
    const restored = pique('restore', file, '--store', place)
    expect([restored.status, restored.stderr]).toEqual([0, ''])
    expect(lostOf(acked, place)).toEqual([])
    expect(pique('verify', '--store', place)).toMatchObject({ status: 0 })
  }
  // Total loss after the first backup: what clients still had queued comes again.
  const { file = '', acked = [] } = copies[0] ?? {}
  expect(pique('restore', file, '--store', store).stderr).toContain('--force')
  expect(pique('restore', file, '--force', '--store', store).status).toBe(0)
  const again = await start(store)
  const retries = startLoad(await siteKey(again), () => again.url, 200)
  await until(() => retries.acked.size > 50)
  await retries.stop()
  expect(await again.stop()).toBe(0)
  expect(lostOf([...acked, ...retries.acked], store)).toEqual([])
  expect(pique('verify', '--store', store).status).toBe(0)
}, 240_000)

test('a restore keeps the erasures and the whereabouts of copies that came after the backup', async () => {
  const store = newStore()
  expect(await (await start(store)).stop()).toBe(0)
  const file = join(dirname(store), 'copy')
  expect(pique('backup', '--to', file, '--store', store).status).toBe(0)
  const db = new Database(store)
  db.exec(`INSERT OR IGNORE INTO secret VALUES ('tombstones', x'01');
    INSERT INTO tombstone (kind, hash, erased_at) VALUES ('email', x'0a', 5);
    INSERT INTO backup (path, made_at, expires_at) VALUES ('/elsewhere', 6, 7)`)
  db.close()
  const restored = JSON.parse(pique('restore', file, '--force', '--store', store).stdout)
  expect(restored).toMatchObject({ tombstones: 1, replaced: `${store}.replaced-1` })
  const after = new Database(store, { readonly: true })
  expect(after.prepare('SELECT kind, hex(hash), erased_at FROM tombstone').raw().all()).toEqual([
    ['email', '0A', 5],
  ])
  const flag = "SELECT value FROM counter WHERE name = 'tombstones_to_apply'"
  expect(after.prepare(flag).pluck().get()).toBe(1)
  expect(after.prepare('SELECT path FROM backup').pluck().all().sort()).toEqual([
    '/elsewhere',
    file,
  ])
  after.close()
  const running = await start(store)
  expect(pique('restore', file, '--force', '--store', store).stderr).toContain('another collector')
  expect(await running.stop()).toBe(0)
})
