import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import { afterEach, expect, test } from 'vitest'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { CHROME, eventAt } from '../support/world.ts'

/** What a write was answered outlives the process, opens for its sender alone, and goes with whoever is erased. */

const ENDS: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ENDS.splice(0).reverse()) await end()
})

test('an Idempotency-Key is known after a kill -9, and not after an erasure', {
  timeout: 90_000,
}, async () => {
  const place = createPlace()
  ENDS.push(place.remove)
  const start = async () => {
    const started = await startBuilt('start', place.store)
    ENDS.push(() => started.stop('SIGKILL'))
    return started
  }
  const kept = () => {
    const db = new Database(place.store, { readonly: true })
    const count = db.prepare('SELECT count(*) FROM answer').pluck().get()
    db.close()
    return count
  }
  const first = await start()
  const { data: sites } = await (await first.api('/sites')).json()
  const events = [eventAt(Date.now(), 'identify', { props: { email: 'ann@corp.example' } })]
  const batch = { site: sites[0].key, browser: randomUUID(), human: true, events }
  const init = { method: 'POST', body: JSON.stringify(batch), headers: { 'user-agent': CHROME } }
  expect((await fetch(`${first.url}/e`, init)).status).toBe(202)

  const write = async (to: RunningCollector, path: string, body: object, key: string) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const answer = await to.api(path, { method: 'POST', headers, body: JSON.stringify(body) })
    const isReplay = answer.headers.get('idempotent-replayed') === 'true'
    return { status: answer.status, isReplay, text: await answer.text() }
  }
  const outcomes = '/leads/email:ann@corp.example/outcomes'
  const said = { type: 'qualify_lead', reason: 'Said by ann@corp.example' }
  const reported = await write(first, outcomes, said, 'deal-1')
  const made = await write(first, '/keys', { name: 'CRM', scopes: ['read'] }, 'key-1')
  expect([reported.status, made.status, kept()]).toEqual([201, 201, 2])
  await first.stop('SIGKILL')

  const { key } = JSON.parse(made.text)
  const files = readdirSync(dirname(place.store)).map((name) => join(dirname(place.store), name))
  const bytes = Buffer.concat(files.map((path) => readFileSync(path)))
  expect(bytes.includes('deal-1')).toBe(false)
  expect(bytes.includes(key)).toBe(false)

  const second = await start()
  expect(await write(second, outcomes, said, 'deal-1')).toEqual({ ...reported, isReplay: true })
  expect(await write(second, '/keys', { name: 'CRM', scopes: ['read'] }, 'key-1')).toEqual({
    ...made,
    isReplay: true,
  })
  const { data } = await (await second.api(outcomes)).json()
  expect(data).toHaveLength(1)
  expect((await write(second, outcomes, { type: 'qualify_lead' }, 'deal-1')).status).toBe(409)

  const args = ['dist/pique.js', 'erase', 'ann@corp.example', '--store', place.store]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(JSON.parse(stdout).erased).toBe(true)
  expect(kept()).toBe(0)
})

test('the first steps of the page to read lead from nothing to a score, pasted into a shell', {
  timeout: 90_000,
}, async () => {
  const place = createPlace()
  const collector = await startBuilt('start', place.store)
  ENDS.push(place.remove, () => collector.stop('SIGKILL'))
  const html = await (await fetch(`${collector.url}/docs`)).text()
  const [guide = ''] = /<section[^>]* id="nothing".*?<\/section>/s.exec(html) ?? []
  const commands = [...guide.matchAll(/<pre[^>]*><code>(.*?)<\/code>/gs)].map(([, text = '']) =>
    text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&'),
  )
  const paste = async (command = '') => {
    const env = { ...process.env, PIQUE_KEY: 'an admin key of at least 32 characters' }
    const { stdout } = await promisify(execFile)('bash', ['-c', command], { env })
    return JSON.parse(stdout)
  }
  expect(commands).toHaveLength(4)
  const [makeSite, send, readLead, makeKey] = commands
  const { key } = await paste(makeSite)
  expect(key).toMatch(/^pk_/)
  const sent = await paste(send?.replace('SITE_KEY', key))
  expect(sent).toEqual({ accepted: 2, duplicates: 0, ignored: 0, rejected: [] })
  const lead = await paste(readLead)
  expect(lead.score_milli).toBeGreaterThan(0)
  const sum = lead.reasons.reduce((all: number, { milli }: { milli: number }) => all + milli, 0)
  expect(sum).toBe(lead.score_milli)
  expect((await paste(makeKey)).scopes).toEqual(['read'])
})
