import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { gzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterAll, expect, test } from 'vitest'
import type { ExportedLeadJson } from '../../collector/store/exported.ts'
import { createPlace } from '../support/collector.ts'
import { writeImportFile } from '../support/import-file.ts'
import { IS_LONG } from '../support/scale.ts'

/**
 * A large file goes in, out again, and into another store: the same events and the same scores, though the
 * import was killed half-way; and nothing of it grows with the file.
 */

const EVENTS = IS_LONG ? 1_000_000 : 8_500
const MAX_RSS_MB = 700
const place = createPlace()
const directory = dirname(place.store)
const path = (name: string) => join(directory, name)
afterAll(() => place.remove())

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
  /** The most memory it had, in MB. */
  readonly rss: number
}

function start(args: readonly string[]): { child: ChildProcess; ended: Promise<Ran> } {
  const child = spawn(process.execPath, ['dist/pique.js', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err, rss] = ['', '', 0]
  child.stdout?.on('data', (text) => {
    out += text
  })
  child.stderr?.on('data', (text) => {
    err += text
  })
  const look = setInterval(() => {
    rss = Math.max(rss, peakOf(child.pid ?? 0))
  }, 50)
  const ended = new Promise<Ran>((resolve) => {
    child.once('close', (code) => {
      clearInterval(look)
      resolve({ code, out, err, rss })
    })
  })
  return { child, ended }
}

function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
  } catch {
    return 0 // it has ended
  }
}

const run = (...args: string[]) => start(args).ended
async function done(...args: string[]): Promise<Ran> {
  const ran = await run(...args)
  expect(ran.err + ran.out, args.join(' ')).not.toMatch(/^pique: (?!goes on)/m)
  expect(ran.code, ran.err + ran.out).toBe(0)
  return ran
}

/** Kills an import when it has noted that half of the file is in. */
async function killHalfWay(file: string, store: string): Promise<void> {
  const { child, ended } = start(['import', file, '--store', store])
  const half = statSync(file).size * (IS_LONG ? 0.5 : 0.2)
  const db = new Database(store, { readonly: true, timeout: 5000 })
  const place = db.prepare('SELECT max(place) FROM import_run').pluck()
  while (Number(place.get() ?? 0) < half && child.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  db.close()
  child.kill('SIGKILL')
  const { code } = await ended
  expect(code, 'it was over before it could be killed').toBeNull()
}

/** The events of an export, whatever the store's own numbers: how many, and their hash. */
async function eventsIn(file: string): Promise<{ rows: number; hash: string }> {
  // Added up, so that the order doesn't count.
  let [rows, sum] = [0, 0n]
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const { site: _, visit: _v, visitor: _w, lead: _l, ...event } = JSON.parse(line)
    const hash = createHash('sha256').update(JSON.stringify(event)).digest('hex')
    sum = (sum + BigInt(`0x${hash}`)) % 2n ** 256n
    rows += 1
  }
  return { rows, hash: sum.toString(16) }
}

function leadsIn(file: string): Map<string, unknown> {
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return new Map(
    lines.map((line) => {
      const {
        id: _,
        site: _s,
        as_of: _a,
        decisions: _d,
        ...lead
      }: ExportedLeadJson = JSON.parse(line)
      return [`${lead.user_id}`, lead]
    }),
  )
}

test('killed half-way, gone on with, exported and imported again: the same events and scores', {
  timeout: IS_LONG ? 3_600_000 : 60_000,
}, async () => {
  const file = path('all.ndjson')
  const events = await writeImportFile(file, EVENTS, Date.now())
  const [first, second] = [path('first.db'), path('second.db')]
  for (const store of [first, second]) await done('site', 'add', 'Shop', '--store', store)
  await killHalfWay(file, first)
  const rest = await done('import', file, '--store', first, '--json')
  expect(rest.err).toContain('goes on where it was broken off')
  const report = JSON.parse(rest.out)
  expect(report).toMatchObject({ read: events, skipped: 0, complete: true })
  // Killed between a commit and its note, the batch is known when it comes again.
  expect(report.new + report.known).toBe(events)
  expect(report.known).toBeLessThanOrEqual(5_000)

  await done('export', 'events', '--store', first, '--out', path('first.ndjson'))
  const again = await done('import', path('first.ndjson'), '--store', second, '--json')
  expect(JSON.parse(again.out)).toMatchObject({ read: events, new: events, skipped: 0 })
  await done('export', 'events', '--store', second, '--out', path('second.ndjson'))
  const told = await eventsIn(path('first.ndjson'))
  expect(told.rows).toBe(events)
  expect(await eventsIn(path('second.ndjson'))).toEqual(told)

  for (const name of ['first', 'second']) {
    const out = path(`${name}-leads.ndjson`)
    await done('export', 'leads', '--store', path(`${name}.db`), '--out', out)
    expect((await done('verify', '--store', path(`${name}.db`))).out).toContain('No difference')
  }
  const leads = leadsIn(path('first-leads.ndjson'))
  expect(leads.size).toBeGreaterThan(20)
  expect(leadsIn(path('second-leads.ndjson'))).toEqual(leads)

  expect(Math.max(rest.rss, again.rss)).toBeLessThan(MAX_RSS_MB)
  if (IS_LONG) {
    const { took_ms, rows_a_second } = JSON.parse(again.out)
    console.info({ events, took_ms, rows_a_second, leads: leads.size, rss: [rest.rss, again.rss] })
  }
  rmSync(path('second.ndjson'))
})

test('leads, outcomes, events and logs go in by one command each, and what is wrong is said', {
  timeout: 90_000,
}, async () => {
  const store = path('small.db')
  await done('site', 'add', 'Shop', '--store', store)
  const write = (name: string, text: string | Buffer) => {
    writeFileSync(path(name), text)
    return path(name)
  }
  const load = async (file: string, ...args: string[]) => {
    const ran = await run('import', file, '--store', store, '--json', ...args)
    return { ...ran, report: ran.out === '' ? null : JSON.parse(ran.out) }
  }
  const leads = write('leads.csv', 'Email,Company,Job title\nann@x.example,Acme,CTO\nbroken,,\n')
  const skipped = path('skipped.csv')
  const dry = await load(leads, '--dry-run')
  expect(dry.report).toMatchObject({ read: 2, new: 1, leads: 1, skipped: 1, dry_run: true })
  const first = await load(leads, '--report', skipped)
  expect(first.report).toMatchObject({ read: 2, new: 1, leads: 1, skipped: 1, dry_run: false })
  expect(readFileSync(skipped, 'utf8')).toContain('3,nobody,')
  expect((await load(leads)).report).toMatchObject({ new: 0, known: 1, leads: 0 })

  const deals = write('deals.csv', 'email,stage,date\nann@x.example,won,2026-03-04\n')
  const won = await load(deals, '--what', 'outcomes')
  expect(won.report).toMatchObject({ read: 1, new: 1, skipped: 0 })

  const log = write(
    'access.log.gz',
    gzipSync(
      '203.0.113.9 - - [04/Mar/2026:10:00:00 +0000] "GET /pricing HTTP/1.1" 200 5 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"\n',
    ),
  )
  expect((await load(log)).report).toMatchObject({ read: 1, new: 1 })
  const cut = write('cut.ndjson.gz', gzipSync(`${'{"x":1}\n'.repeat(9000)}`).subarray(0, 60))
  expect((await load(cut)).err).toContain('ends before its gzip does')

  for (const [file, says] of [
    [path('none.csv'), 'there is no file'],
    [directory, 'is a directory'],
    [write('empty.ndjson', ''), 'is empty'],
    [write('junk.ndjson', 'junk\n'), 'no row could be read'],
  ] as const) {
    const ran = await load(file)
    expect([ran.code, ran.err]).toEqual([1, expect.stringContaining(says)])
  }
  expect((await load(leads, '--site', 'si_9')).err).toContain('there is no site si_9')
})
