import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import { afterEach, expect, test } from 'vitest'
import { openWriterService } from '../../collector/ingest/writer-service.ts'
import type { WireEvent } from '../../shared/wire.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { scaled } from '../support/scale.ts'
import { waitFor } from '../support/tag-collector.ts'
import { CHROME, defaultModelYaml, eventAt } from '../support/world.ts'

/** Who is erased is in no byte of any file, and nothing that is sent again brings anybody back. */

const timeout = 120_000
const DAY = 86_400_000
const place = { current: createPlace() }
let collector: RunningCollector | null = null

afterEach(async () => {
  await collector?.stop()
  collector = null
  place.current.remove()
  place.current = createPlace()
})

interface Somebody {
  readonly email: string
  readonly user: string
  readonly browser: string
  readonly events: readonly WireEvent[]
  /** Everything that tells of this person and of nobody else, as files show it. */
  readonly traces: readonly (readonly [string, Buffer])[]
}

function somebody(at: number): Somebody {
  const tag = randomUUID().slice(0, 8)
  const [email, user] = [`mail.${tag}@corp.example`, `customer-${tag}`]
  const browser = randomUUID()
  const url = `https://shop.example/orders/for-${tag}`
  const title = `Hello Ann ${tag}`
  const session = randomUUID()
  const identify = {
    email,
    user_id: user,
    traits: { name: `Ann Able ${tag}`, company: `Corp ${tag}` },
  }
  const events = [
    eventAt(at, 'page_view', { session, url, title, referrer: `https://from.example/${tag}` }),
    eventAt(at + 1000, 'search', { session, url, props: { words: `find ${tag}` } }),
    eventAt(at + 2000, 'identify', { session, url, props: identify }),
    eventAt(at + 3000, 'page_view', {
      session,
      url: `https://shop.example/?utm_source=letter-${tag}&utm_medium=email`,
    }),
  ]
  const bytes = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex')
  return {
    email,
    user,
    browser,
    events,
    traces: [
      ['tag, as in e-mail, id, name, page, title, referrer, search and campaign', Buffer.from(tag)],
      ['browser', bytes(browser)],
      ['session', bytes(session)],
      ...events.map(({ id, type }) => [`id of ${type}`, bytes(id)] as const),
    ],
  }
}

/** What of a person any file beside the store shows, the log included. */
function tracesOf(people: readonly Somebody[], logs: string): string[] {
  const directory = dirname(place.current.store)
  const files = readdirSync(directory).map(
    (name) => [name, readFileSync(join(directory, name))] as const,
  )
  files.push(['log', Buffer.from(logs)])
  return people.flatMap(({ traces }) =>
    traces.flatMap(([what, needle]) =>
      files.filter(([, bytes]) => bytes.includes(needle)).map(([name]) => `${what} in ${name}`),
    ),
  )
}

async function siteKey(running: RunningCollector): Promise<string> {
  const sites = (await (await running.api('/sites')).json()) as { data: { key: string }[] }
  return sites.data[0]?.key ?? ''
}

async function send(
  running: RunningCollector,
  site: string,
  { browser, events }: Pick<Somebody, 'browser' | 'events'>,
) {
  const body = JSON.stringify({ site, browser, human: true, sentAt: Date.now(), events })
  const headers = { 'user-agent': CHROME }
  const answer = await fetch(`${running.url}/e`, { method: 'POST', body, headers })
  expect(answer.status).toBe(202)
  return (await answer.json()) as { accepted: number; duplicates: number; ignored: number }
}

const run = promisify(execFile)
async function pique(...args: readonly string[]) {
  try {
    const { stdout, stderr } = await run(process.execPath, ['dist/pique.js', ...args])
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string } // of execFile
    return { code, out: stdout, err: stderr }
  }
}

async function expectSound(): Promise<void> {
  const { code, out } = await pique('verify', '--store', place.current.store)
  expect([code, out.slice(0, 14)]).toEqual([0, 'No difference:'])
}

test('erased over the API and by command, running and stopped, people leave no byte and stay away', {
  timeout,
}, async () => {
  const { store } = place.current
  const running = await startBuilt('start', store)
  collector = running
  const site = await siteKey(running)
  const start = Date.now() - DAY
  // More people than one network may claim in an hour would be held back.
  const people = Array.from({ length: scaled(50, 12) }, (_, i) => somebody(start + i * 60_000))
  for (const one of people) expect((await send(running, site, one)).accepted).toBe(4)
  const [byCommand, stopped, ...rest] = people
  const last = rest.pop()
  if (!byCommand || !stopped || !last) throw new Error('too few people')
  const apiPath = (email: string) => `/leads/${encodeURIComponent(`email:${email}`)}`
  // Lists remember what they have read.
  expect(await (await running.api('/leads?limit=100')).text()).toContain(rest[0]?.email)
  expect(tracesOf(rest, '').length).toBeGreaterThanOrEqual(rest.length * 7)
  const db = new Database(store)
  const until = Date.now() + 35 * DAY
  const note = 'INSERT INTO backup (path, made_at, expires_at) VALUES (?, ?, ?)'
  db.prepare(note).run('/backups/monday.db', Date.now(), until)
  db.prepare(note).run('/backups/old.db', 1, 2)
  db.close()

  for (const { email } of rest) {
    const answer = await running.api(apiPath(email), { method: 'DELETE' })
    expect(await answer.json()).toMatchObject({
      erased: true,
      events: 4,
      visitors: 1,
      gone: true,
      backups: [{ path: '/backups/monday.db', expires_at: new Date(until).toISOString() }],
    })
  }
  expect(tracesOf(rest, running.logs())).toEqual([])
  for (const { email } of rest) {
    expect((await running.api(apiPath(email), { method: 'DELETE' })).status).toBe(404)
    expect((await running.api(apiPath(email))).status).toBe(404)
  }
  const list = await (await running.api('/leads?limit=100')).text()
  for (const { email } of rest) expect(list).not.toContain(email)
  expect(list).toContain(last.email)

  // A queue that is delivered late, and an identify of the same person from another browser.
  for (const one of rest) {
    expect(await send(running, site, one)).toMatchObject({ accepted: 0, duplicates: 0, ignored: 4 })
    const claim = one.events.filter(({ type }) => type === 'identify')
    const elsewhere = { browser: randomUUID(), events: claim }
    expect(await send(running, site, elsewhere)).toMatchObject({ accepted: 0, ignored: 1 })
  }
  expect(tracesOf(rest, running.logs())).toEqual([])

  // By command, which the running collector obeys.
  const dry = await pique('erase', byCommand.email, '--store', store, '--dry-run')
  expect(JSON.parse(dry.out)).toMatchObject({ erased: false, would_erase: { events: 4 } })
  expect(tracesOf([byCommand], '')).not.toEqual([])
  const erased = await pique('erase', byCommand.email, '--store', store)
  expect([erased.code, JSON.parse(erased.out)]).toMatchObject([
    0,
    { erased: true, events: 4, visitors: 1, gone: true, backups: [{ path: '/backups/monday.db' }] },
  ])
  expect(erased.err).toContain('/backups/monday.db still holds this person, until')
  expect(tracesOf([byCommand], running.logs())).toEqual([])
  expect((await send(running, site, byCommand)).ignored).toBe(4)
  const again = await pique('erase', byCommand.email, '--store', store)
  expect([again.code, again.err]).toEqual([
    1,
    `pique: nobody is known as ${byCommand.email}; expected an e-mail, user:42 or ld_7\n`,
  ])

  // What happens afterwards is a new beginning.
  const now = Date.now()
  const anew = [
    eventAt(now, 'page_view', { url: 'https://shop.example/' }),
    eventAt(now, 'identify', { props: { email: byCommand.email } }),
  ]
  expect(await send(running, site, { browser: byCommand.browser, events: anew })).toMatchObject({
    accepted: 2,
  })
  const lead = (await (await running.api(apiPath(byCommand.email))).json()) as { user_id: unknown }
  expect(lead.user_id).toBeNull()
  expect(running.logs()).not.toContain('@')
  await expectSound()

  await running.stop()
  const alone = await pique('erase', `user:${stopped.user}`, '--store', store)
  expect([alone.code, JSON.parse(alone.out).gone]).toEqual([0, true])
  expect(tracesOf([stopped], '')).toEqual([])
  await expectSound()
  const left = await pique('export', '--lead', last.email, '--store', store)
  expect(JSON.parse(left.out).ids).toEqual({ emails: [last.email], user_ids: [last.user] })
})

test('an order that was given while nobody ran is done at the next start', {
  timeout,
}, async () => {
  const { store } = place.current
  const running = await startBuilt('start', store)
  collector = running
  const one = somebody(Date.now() - DAY)
  await send(running, await siteKey(running), one)
  await running.stop('SIGKILL')
  const db = new Database(store)
  db.prepare("INSERT INTO counter (site, name, value) VALUES (0, 'order erase 1', ?)").run(
    Date.now(),
  )
  db.close()
  collector = await startBuilt('start', store)
  await waitFor(
    () => tracesOf([one], '').length === 0,
    () => tracesOf([one], '').join(', '),
  )
  await expectSound()
})

test('whoever is only named in what waits or was refused is erased too, and nobody beside them', {
  timeout,
}, async () => {
  const { store } = place.current
  const now = Date.now() - 60_000
  const mail = (i: number) => `held${i}@x.example`
  const [running, stopped, other] = [mail(60), 'u-61', mail(62)]
  // More people than one network may claim in an hour are held back.
  const service = openWriterService({ store, initialModel: defaultModelYaml(), now })
  const site = { origins: [], needsSignature: false, isGenerated: false, createdAt: now }
  const secrets = { writeKey: 'w', signingSecret: 's' }
  for (const key of ['shop', 'blog']) service.addSite({ name: key, key, ...secrets, ...site })
  const late: string[] = []
  const deliver = (events: readonly WireEvent[]) => {
    const body = JSON.stringify({ site: 'shop', browser: randomUUID(), human: true, events })
    const sender = { userAgent: CHROME, origin: null, address: '203.0.113.9' }
    late.push(body)
    service.ingest([{ body, receivedAt: now, ...sender }])
  }
  for (let i = 0; i < 63; i += 1) {
    const props = { email: i === 60 ? mail(i).toUpperCase() : mail(i), user_id: `u-${i}` }
    deliver([eventAt(now, 'identify', { props })])
  }
  service.close()
  // This version keeps no e-mail of a refused event; the one before did.
  const db = new Database(store)
  const refuse = db.prepare(
    "INSERT INTO rejected (site, code, detail, sample, received_at) VALUES (?, 'bad_type', '', ?, ?)",
  )
  for (const at of [1, 2]) refuse.run(at, JSON.stringify({ email: running }), now)
  // Known on one site, refused on the other.
  refuse.run(2, JSON.stringify({ email: mail(1) }), now)
  db.close()
  const shows = (text: string) =>
    readdirSync(dirname(store)).filter((name) =>
      readFileSync(join(dirname(store), name))
        .toString('latin1')
        .toLowerCase()
        .includes(text),
    )
  expect(shows(running)).not.toEqual([])

  collector = await startBuilt('start', store)
  const erase = async (...args: string[]) => pique('erase', ...args, '--store', store)
  const facts = { events: 0, visitors: 0, waiting: 1, refused: 2 }
  const dry = JSON.parse((await erase(running, '--dry-run')).out)
  expect(dry).toEqual({ erased: false, would_erase: facts, backups: [] })
  expect((await pique('export', '--lead', running, '--store', store)).err).toBe(
    `pique: nobody is known as ${running}, but 1 waiting event and 2 refused events have that name; \`pique erase\` drops them\n`,
  )
  const { code, out } = await erase(running)
  expect([code, JSON.parse(out)]).toEqual([0, { erased: true, ...facts, gone: true, backups: [] }])
  expect(shows(running)).toEqual([])
  expect(collector.logs()).not.toContain('@')
  expect((await erase(running)).code).toBe(1)

  const retry = await fetch(`${collector.url}/e`, { method: 'POST', body: late[60] ?? '' })
  expect(await retry.json()).toMatchObject({ accepted: 0, ignored: 1 })
  expect(JSON.parse((await erase(mail(1))).out)).toMatchObject({ visitors: 1, refused: 1 })
  expect(shows(mail(1))).toEqual([])
  await collector.stop()

  // "u-6" is no part of "u-61" and "u-62".
  expect((await erase('user:u-6')).code).toBe(0)
  const alone = await erase(`user:${stopped}`)
  expect([alone.code, JSON.parse(alone.out)]).toMatchObject([0, { waiting: 1, gone: true }])
  expect(shows(mail(61))).toEqual([])
  expect(shows(other)).not.toEqual([])
  expect((await erase(mail(2), '--site', 'si_9')).err).toContain('there is no site si_9')
  await expectSound()
})
