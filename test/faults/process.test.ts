import { execFile, spawn, spawnSync } from 'node:child_process'
import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { Agent, request } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, expect, test } from 'vitest'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { CHROME } from '../support/world.ts'

/** What the published contract says of a process that is killed, doubled, misconfigured or stopped. */

const places: { remove(): void }[] = []
const running: RunningCollector[] = []

function newPlace() {
  const place = createPlace()
  places.push(place)
  return place
}

async function start(store: string): Promise<RunningCollector> {
  const collector = await startBuilt('start', store)
  running.push(collector)
  return collector
}

afterEach(async () => {
  for (const collector of running.splice(0)) await collector.stop('SIGKILL')
  for (const place of places.splice(0)) place.remove()
})

function pique(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/pique.js', ...args], {
    encoding: 'utf8',
    timeout: 15_000,
  })
  return { status, stdout, stderr }
}

async function siteKey(collector: RunningCollector): Promise<string> {
  const { data } = await (await collector.api('/sites')).json()
  return data[0].key
}

/** Sends batches until told to stop, keeping its own ledger; repeats what was not answered, with the same ids. */
async function client(
  site: string,
  urlNow: () => string,
  isDone: () => boolean,
  acked: Set<string>,
): Promise<void> {
  let [browser, session] = [randomUUID(), randomUUID()]
  let [visitors, sent] = [0, 0]
  while (!isDone()) {
    const now = Date.now()
    // Faster than people: another one comes before the first would be ignored for that.
    if (sent > 200) {
      browser = randomUUID()
      session = randomUUID()
      visitors += 1
      sent = 0
    }
    const events = Array.from({ length: 1 + randomInt(5) }, (_, i) => ({
      id: randomUUID(),
      type: i % 2 ? 'view_item' : 'page_view',
      at: now - i,
      session,
      url: 'https://shop.example/pricing',
    }))
    if (randomInt(4) === 0) {
      const email = `person${randomInt(5)}.${visitors}@corp.example`
      events.push({ ...events[0]!, id: randomUUID(), type: 'identify', ...{ props: { email } } })
    }
    sent += events.length
    const body = JSON.stringify({ site, browser, sentAt: now, human: randomInt(2) === 0, events })
    for (let isTaken = false; !isTaken; ) {
      try {
        const answer = await fetch(`${urlNow()}/e`, {
          method: 'POST',
          body,
          headers: { 'user-agent': CHROME },
        })
        if (answer.status === 202) {
          const { rejected, ignored } = await answer.json()
          expect([rejected, ignored]).toEqual([[], 0])
          for (const { id } of events) acked.add(id)
          isTaken = true
        }
      } catch {
        // No collector, or it died with our request in hand: ask again, that is what clients do.
      }
      if (!isTaken) await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

test('SIGTERM under load answers what it took and exits 0', async () => {
  const { store } = newPlace()
  const collector = await start(store)
  const site = await siteKey(collector)
  const statuses: (number | 'refused')[] = []
  const shoot = async () => {
    const event = { id: randomUUID(), type: 'page_view', at: Date.now() }
    const body = JSON.stringify({ site, browser: randomUUID(), events: [event] })
    const sent = fetch(`${collector.url}/e`, { method: 'POST', body })
    statuses.push(await sent.then((answer) => answer.status).catch(() => 'refused' as const))
  }
  await Promise.all(Array.from({ length: 20 }, shoot))
  const burst = Array.from({ length: 200 }, shoot)
  const code = collector.stop()
  await Promise.all(burst)
  expect(await code).toBe(0)
  const db = new Database(store, { readonly: true })
  const stored = db.prepare('SELECT count(*) FROM event').pluck().get()
  db.close()
  expect(stored).toBe(statuses.filter((status) => status === 202).length)
})

/** One beacon on a kept connection: its status, or the code of what went wrong. */
function shootVia(agent: Agent, url: string, body: string): Promise<number | string> {
  return new Promise((resolve) => {
    const sent = request(`${url}/e`, { method: 'POST', agent }, (answer) => {
      answer.resume()
      answer.once('end', () => resolve(answer.statusCode ?? 0))
      answer.once('error', () => resolve('cut'))
    })
    sent.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'failed'))
    sent.end(body)
  })
}

test('SIGTERM ends the load of kept connections at once, and cuts nobody off', async () => {
  const CLIENTS = 30
  const { store } = newPlace()
  const collector = await start(store)
  const site = await siteKey(collector)
  const acked: string[] = []
  const unanswered: (number | string)[] = []
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
  const hammer = async () => {
    for (;;) {
      const id = randomUUID()
      const events = [{ id, type: 'page_view', at: Date.now() }]
      const body = JSON.stringify({ site, browser: randomUUID(), events })
      const status = await shootVia(agent, collector.url, body)
      if (status === 202) acked.push(id)
      else return unanswered.push(status)
    }
  }
  const { port } = new URL(collector.url)
  const neverUsed = connect(Number(port), '127.0.0.1').on('error', () => {})
  await once(neverUsed, 'connect')
  const clients = Array.from({ length: CLIENTS }, hammer)
  while (acked.length < 500) await new Promise((resolve) => setTimeout(resolve, 5))
  const startedAt = Date.now()
  expect(await collector.stop()).toBe(0)
  expect(Date.now() - startedAt).toBeLessThan(4_000)
  await Promise.all(clients)
  agent.destroy()
  expect(unanswered.filter((code) => code !== 'ECONNREFUSED' && code !== 'ECONNRESET')).toEqual([])

  const db = new Database(store, { readonly: true })
  const stored = db.prepare('SELECT lower(hex(id)) FROM event').pluck().all()
  db.close()
  expect(stored.sort()).toEqual(acked.map((id) => id.replaceAll('-', '')).sort())
})

test('a second collector on the same store is refused under any name of it, and says why', async () => {
  const { store } = newPlace()
  const link = newPlace()
  symlinkSync(dirname(store), join(dirname(link.store), 'elsewhere'))
  symlinkSync(store, link.store)
  await start(store)
  for (const name of [store, join(dirname(link.store), 'elsewhere', 'pique.db'), link.store]) {
    const second = pique('start', '--port', '0', '--store', name)
    expect(second.status).toBe(1)
    expect(second.stderr).toBe(
      `pique: another collector is running on ${name}; stop it, or give this one its own --store\n`,
    )
  }
})

test('a start that can not have its port changes nothing', async () => {
  const { store } = newPlace()
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const refused = pique('start', '--port', String(port), '--store', store)
  other.close()
  expect(refused.status).toBe(1)
  expect(refused.stderr).toBe(
    `pique: port ${port} is taken; stop what listens there or give --port\n`,
  )
  expect(readdirSync(dirname(store))).toEqual([])
})

/** Stores that can't be used: how each comes about, what is said, and the exit codes of start and readers. */
const SPOILT: [string, (store: string) => string, string, number, number][] = [
  ['below a file', () => '/dev/null/pique.db', "can't be opened", 1, 1],
  ['a directory', (store) => dirname(store), 'is a directory; name a file', 1, 1],
  ['garbage', withGarbage, 'is damaged or no SQLite file', 71, 1],
  ['damaged pages', withDamage, 'is damaged or no SQLite file', 71, 0],
  ['of a newer schema', withNewerSchema, 'use a newer Pique', 1, 1],
  ["another program's", withOtherTables, "is another program's database", 1, 1],
]

function withGarbage(store: string): string {
  writeFileSync(store, randomBytes(20_000))
  return store
}
function withDamage(store: string): string {
  pique('site', 'add', 'Shop', '--store', store)
  const file = openSync(store, 'r+')
  for (let at = statSync(store).size - 4096; at > 20 * 4096; at -= 4096) {
    writeSync(file, randomBytes(64), 0, 64, at)
  }
  closeSync(file)
  return store
}
function withNewerSchema(store: string): string {
  pique('site', 'add', 'Shop', '--store', store)
  const db = new Database(store)
  db.pragma('user_version = 99')
  db.close()
  return store
}
function withOtherTables(store: string): string {
  const db = new Database(store)
  db.exec('CREATE TABLE thing (id)')
  db.close()
  return store
}

test.each(SPOILT)('a store that is %s: one sentence', (_, make, sentence, code, readCode) => {
  const { store } = newPlace()
  const path = make(store)
  const started = pique('start', '--port', '0', '--store', path)
  const line = /^pique: [^\n]+\n$/
  expect(started.stderr).toMatch(line)
  expect(started.stderr).toContain(sentence)
  expect(started.stderr).toContain(path)
  expect(started.status).toBe(code)
  for (const command of [['site', 'list'], ['key', 'list'], ['site', 'add', 'x'], ['verify']]) {
    const read = pique(...command, '--store', path)
    if (readCode === 0) continue
    expect(read.stderr).toMatch(line)
    expect(read.status).toBe(readCode)
  }
})

test('a store without a model, an empty one and one that is not there: one sentence', () => {
  const { store } = newPlace()
  const none = pique('site', 'revoke', 'si_1', '--store', store)
  expect(none.stderr).toBe(`pique: there is no store at ${store}; name it with --store\n`)
  expect(existsSync(store)).toBe(false)
  pique('site', 'add', 'Shop', '--store', store)
  for (const command of [['verify'], ['model', 'show']]) {
    const { status, stdout, stderr } = pique(...command, '--store', store)
    expect(stderr).toMatch(/^pique: [^\n]*model[^\n]*\n$/)
    expect([status, stdout]).toEqual([1, ''])
  }
  const empty = newPlace().store
  writeFileSync(empty, '')
  const read = pique('site', 'list', '--store', empty)
  expect(read.stderr).toMatch(/^pique: the store \S+ is empty; [^\n]+\n$/)
  expect(read.status).toBe(1)
})

test('sites and keys are added beside a collector under load', async () => {
  const { store } = newPlace()
  const collector = await start(store)
  const site = await siteKey(collector)
  const acked = new Set<string>()
  let isDone = false
  const clients = Array.from({ length: 12 }, () =>
    client(
      site,
      () => collector.url,
      () => isDone,
      acked,
    ),
  )
  while (acked.size < 50) await new Promise((resolve) => setTimeout(resolve, 5))
  const added = await Promise.all(
    Array.from({ length: 6 }, (_, i) =>
      besideIt(i % 2 ? 'key' : 'site', 'add', `Name ${i}`, '--store', store),
    ),
  )
  isDone = true
  await Promise.all(clients)
  expect(added.map(({ stderr }) => stderr).join('')).toBe('')
  expect((await (await collector.api('/sites')).json()).data).toHaveLength(4)
  const unknown = pique('key', 'add', 'x', '--site', 'si_999', '--store', store)
  expect(unknown.stderr).toBe('pique: there is no site si_999; `pique site list` shows them\n')
  expect(unknown.status).toBe(1)
})

/** A command that runs while this process goes on. */
function besideIt(...args: string[]): Promise<{ stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['dist/pique.js', ...args], (_, __, stderr) => resolve({ stderr }))
  })
}

test('while another program holds the store: 503 and not ready, and then ready again', async () => {
  const { store } = newPlace()
  const collector = await start(store)
  const site = await siteKey(collector)
  const body = (browser?: string) =>
    JSON.stringify({
      site,
      ...(browser && { browser }),
      events: [{ id: randomUUID(), type: 'page_view', at: Date.now() }],
    })
  const post = async (browser?: string) =>
    (await fetch(`${collector.url}/e`, { method: 'POST', body: body(browser) })).status
  const ready = async () => (await fetch(`${collector.url}/readyz`)).status
  expect(await ready()).toBe(200)
  const db = new Database(store)
  db.exec('BEGIN IMMEDIATE')
  expect([await post(randomUUID()), await post()]).toEqual([503, 503])
  expect((await fetch(`${collector.url}/e.gif?site=${site}`)).status).toBe(503)
  expect([await ready(), await ready(), await ready()]).toEqual([503, 503, 503])
  const added = pique('site', 'add', 'Shop', '--store', store)
  expect(added.stderr).toMatch(/^pique: the store \S+ is locked by another program; [^\n]+\n$/)
  const patient = besideIt('site', 'add', 'Shop', '--store', store)
  setTimeout(() => db.exec('COMMIT'), 1_000)
  expect((await patient).stderr).toBe('')
  db.close()
  expect(await ready()).toBe(200)
  expect([await post(randomUUID()), await post()]).toEqual([202, 202])
  expect(await collector.stop()).toBe(0)
})

/** Runs a command whose output nobody reads: the pipe is closed before it writes. */
async function unread(...args: string[]) {
  const child = spawn(process.execPath, ['dist/pique.js', ...args])
  child.stdout.destroy()
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const [status] = await once(child, 'close')
  return { status, stderr }
}

test('a command whose output is cut off ends quietly', async () => {
  const { store } = newPlace()
  const collector = await start(store)
  await collector.stop()
  for (const command of [['verify'], ['model', 'show'], ['site', 'list']]) {
    const { status, stderr } = await unread(...command, '--store', store)
    expect(stderr).toBe('')
    expect([0, 141]).toContain(status)
  }
})

test('a collector whose log nobody reads any more goes on', async () => {
  const { store } = newPlace()
  const collector = await start(store)
  const site = await siteKey(collector)
  collector.process.stdout?.destroy()
  collector.process.stderr?.destroy()
  const post = async () => {
    const events = [{ id: randomUUID(), type: 'page_view', at: Date.now() }]
    const body = JSON.stringify({ site, browser: randomUUID(), events })
    return (await fetch(`${collector.url}/e`, { method: 'POST', body })).status
  }
  const db = new Database(store)
  db.exec('BEGIN IMMEDIATE')
  expect(await post()).toBe(503) // and a line in the log
  db.exec('COMMIT')
  db.close()
  expect(await post()).toBe(202)
  expect(await collector.stop()).toBe(0)
})

test('a usage error says in one line what is known', () => {
  const command = pique('strat')
  expect(command.status).toBe(1)
  expect(command.stderr).toContain(
    'known commands: start, demo, site, key, webhook, crm, intake, link, account, verify, backup, restore, free-ballast, model, erase, export, prune, import, requeue, mcp, --help',
  )
  const flag = pique('start', '--prot', '1')
  expect(flag.status).toBe(1)
  expect(flag.stderr).toContain('known flags: --config, --port, --host, --store')
})

test('an empty --store is a bad setting of every command, and leaves no file', () => {
  const before = readdirSync('.')
  for (const command of [['start'], ['site', 'add', 'x'], ['key', 'revoke', 'ke_1'], ['verify']]) {
    const { status, stderr } = pique(...command, '--store', '')
    expect(stderr).toMatch(/^pique: --store is ""; expected a file path[^\n]*\n$/)
    expect(status).toBe(78)
  }
  expect(readdirSync('.')).toEqual(before)
})

test('bad settings are reported all at once, exit 78', () => {
  const { status, stderr } = pique(
    'start',
    '--config',
    'missing.yaml',
    '--port',
    'abc',
    '--trusted-proxies',
    '10.0.0.0/99',
    '--public-url',
    'x',
  )
  expect(status).toBe(78)
  expect(stderr).toContain('--config is "missing.yaml"; expected a file that can be read')
  expect(stderr).toContain('--port is "abc"; expected a whole number from 0 to 65535')
  expect(stderr).toContain('--trusted-proxies is "10.0.0.0/99"')
  expect(stderr).toContain('--public-url is "x"')
})

test('verify names the lead, rule and day of a count that was altered by hand', async () => {
  const { store } = newPlace()
  const collector = await start(store)
  const site = await siteKey(collector)
  const at = Date.now() - 1000
  const events = [
    { id: randomUUID(), type: 'add_to_cart', at },
    { id: randomUUID(), type: 'identify', at, props: { email: 'ann@corp.example' } },
  ]
  const sent = await fetch(`${collector.url}/e`, {
    method: 'POST',
    body: JSON.stringify({ site, browser: randomUUID(), sentAt: at + 1000, human: true, events }),
    headers: { 'user-agent': CHROME },
  })
  expect((await sent.json()).accepted).toBe(2)
  await collector.stop()
  expect(pique('verify', '--store', store).status).toBe(0)

  const db = new Database(store)
  const rule = "(SELECT id FROM rule WHERE name LIKE 'cart %')"
  expect(db.prepare(`UPDATE bucket SET count = 7 WHERE rule = ${rule}`).run().changes).toBe(1)
  db.close()
  const { status, stdout } = pique('verify', '--store', store)
  expect(status).toBe(1)
  const day = new Date(at).toISOString().slice(0, 10)
  expect(stdout).toContain(`ld_1: rule cart on ${day}: stored {"count":7`)
  expect(stdout).not.toContain('@')
})

test('logs are JSON lines without anybody in them', async () => {
  const { store } = newPlace()
  const collector = await start(store)
  await fetch(`${collector.url}/e`, { method: 'POST', body: '{"site":"x\\n@","events":[]}' })
  await fetch(`${collector.url}/leads/email:ann@corp.example`)
  const { port } = new URL(collector.url)
  const half = connect(Number(port), '127.0.0.1')
  half.write(
    'POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"email":"ann@corp.example"',
  )
  await new Promise((resolve) => half.write('', resolve))
  half.destroy()
  await fetch(`${collector.url}/healthz`)
  await collector.stop()
  const lines = collector.logs().split('\n').filter(Boolean)
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow()
  expect(collector.logs()).not.toContain('@')
})
