import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readMapping, readUrl } from '../../collector/crm/mapping.ts'
import { createSync, type Sync } from '../../collector/crm/sync.ts'
import type { CrmKind } from '../../collector/store/crm-store.ts'
import { createPoster } from '../../collector/webhooks/post.ts'
import { createTargets } from '../../collector/webhooks/targets.ts'
import { createService, NOW, type Service } from '../http/api-fixture.ts'
import { createPlace, startBuilt } from '../support/collector.ts'
import {
  type CrmServer,
  HUBSPOT_TOKEN,
  SALESFORCE_SECRET,
  startHubspot,
  startSalesforce,
} from '../support/crm-server.ts'
import { CHROME, eventAt, found } from '../support/world.ts'

/** CRMs kept in step, against servers that behave as their documentation says. */

const ALLOW = ['127.0.0.0/8']
const SECRETS = { hubspot: HUBSPOT_TOKEN, salesforce: SALESFORCE_SECRET } as const
let service: Service
let crm: CrmServer
let sync: Sync
beforeEach(() => {
  service = createService()
})
afterEach(async () => {
  await sync?.stop()
  await crm?.close()
  service.close()
})

async function until(what: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const end = Date.now() + withinMs
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function connect(kind: CrmKind, more: { secret?: string; mapping?: string } = {}) {
  const targets = createTargets(ALLOW)
  const read = readMapping(kind, more.mapping ?? null)
  if (!read.ok) throw new Error(read.problem)
  await service.writer.addCrm({
    kind,
    name: kind,
    site: null,
    settings: { url: crm.url, ...read.mapping },
    secret: more.secret ?? SECRETS[kind],
    createdAt: NOW,
  })
  sync = createSync({
    store: service.writer,
    reader: service.reader,
    poster: createPoster({ targets, timeoutMs: 2000 }),
    targets,
    clock: () => service.now,
    log: { warn() {}, error() {} },
    everyMs: 0,
  })
}
/** Looks until the one CRM is as it should be. */
async function lookUntil(isRight: (state: Awaited<ReturnType<typeof stateOf>>) => boolean) {
  await until(async () => {
    sync.look()
    return isRight(await stateOf())
  })
}
async function stateOf() {
  const [one] = await service.reader.crms()
  if (!one) throw new Error('there is none')
  return one
}
const isInStep = ({ synced_at: at, error }: { synced_at: string | null; error: string | null }) =>
  at === new Date(service.now).toISOString() && error === null
const meet = (email: string, ...types: string[]) => {
  const events = [
    eventAt(NOW, 'identify', { props: { email } }),
    ...types.map((type) => eventAt(NOW, type)),
  ]
  service.deliver('shop', randomUUID(), events)
}

test('HubSpot has every lead as it is, in hundreds, and is told at most once of what changed often', async () => {
  crm = await startHubspot(['p7@corp.example'])
  for (let i = 0; i < 50; i += 1) meet(`p${i}@corp.example`)
  await connect('hubspot')
  await lookUntil(isInStep)
  expect(crm.wrong).toEqual([])
  const { refused } = await stateOf()
  expect(refused).toMatchObject([{ why: 'VALIDATION_ERROR' }])
  expect(JSON.stringify(await stateOf())).not.toMatch(/corp\.example|pat-eu1/)
  const ann = await found(service.reader.lead('email:ann@example.com', { site: 'si_1' }, NOW))
  expect(crm.records.get('bob@example.org')).toBeDefined()
  expect(crm.records.size).toBe(51)
  // What is two sites' is whoever changed last.
  const before = crm.batches.length
  for (let i = 0; i < 10; i += 1) meet('p1@corp.example', 'request_demo')
  service.now += 1000
  await lookUntil(isInStep)
  expect(crm.batches.slice(before)).toEqual([1])
  const lead = await found(service.reader.lead('email:p1@corp.example', {}, service.now))
  expect(crm.records.get('p1@corp.example')).toEqual({
    email: 'p1@corp.example',
    pique_score: lead.score,
    pique_grade: lead.grade,
    pique_stage: 'mql',
    pique_engagement: lead.engagement,
    pique_fit: lead.fit.letter,
    pique_lead_id: lead.id,
    pique_last_seen: lead.last_seen_at,
    pique_reasons: expect.stringContaining('+'),
  })
  expect(ann.score_milli).toBeGreaterThan(0)
  // A day later scores have fallen, and everybody is sent anew.
  service.now += 25 * 3_600_000
  await lookUntil(isInStep)
  expect(crm.batches.at(-1)).toBeGreaterThan(50)
  const later = await found(service.reader.lead('email:p1@corp.example', {}, service.now))
  expect(crm.records.get('p1@corp.example')?.pique_score).toBe(later.score)
  expect(later.score).toBeLessThan(lead.score)
})

test('a limit is waited for, a fault is tried again, and a wrong token stops it', async () => {
  crm = await startHubspot()
  let times = 0
  crm.meddle = ({ url }, response) => {
    if (!url?.includes('upsert') || ++times > 2) return false
    response.writeHead(times === 1 ? 429 : 503, { 'retry-after': '60' }).end()
    return true
  }
  await connect('hubspot')
  await lookUntil(({ error }) => error === 'answered 429')
  expect((await stateOf()).failing_since).not.toBeNull()
  service.now += 59_000
  sync.look()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(times).toBe(1)
  service.now += 1001
  await lookUntil(({ error }) => error === 'answered 503')
  service.now += 60_001
  await lookUntil(isInStep)
  expect(crm.records.size).toBeGreaterThan(1)
  await sync.stop()
  await service.writer.removeCrm(1)
  await connect('hubspot', { secret: 'pat-wrong' })
  await lookUntil(({ state }) => state === 'stopped')
  expect((await stateOf()).error).toBe('the token is not accepted')
})

test('a contact that fails its batch is found and left out', async () => {
  crm = await startHubspot(['p7@corp.example', 'p8@corp.example'], true)
  for (let i = 0; i < 20; i += 1) meet(`p${i}@corp.example`)
  await connect('hubspot')
  await lookUntil(isInStep)
  expect(crm.records.size).toBe(20)
  expect((await stateOf()).refused).toMatchObject([
    { why: 'VALIDATION_ERROR' },
    { why: 'VALIDATION_ERROR' },
  ])
})

test('a property that is not there is said', async () => {
  crm = await startHubspot()
  crm.meddle = (request, response) => {
    if (request.url?.includes('properties')) {
      response.writeHead(409).end('{}') // it says that they are there
      return true
    }
    return false
  }
  await connect('hubspot')
  await lookUntil(({ state }) => state === 'stopped')
  expect((await stateOf()).error).toBe('a property of the mapping is not there')
})

test('Salesforce has every lead, with a token that is renewed once; what it refuses is listed', async () => {
  crm = await startSalesforce(['p7@corp.example'])
  for (let i = 0; i < 20; i += 1) meet(`p${i}@corp.example`)
  await connect('salesforce')
  await lookUntil(isInStep)
  expect(crm.wrong).toEqual([])
  expect(crm.records.size).toBe(22)
  expect((await stateOf()).refused).toMatchObject([{ why: 'INVALID_EMAIL_ADDRESS' }])
  crm.tokens += 1 // the one it has is not good any more
  meet('p3@corp.example', 'request_demo')
  service.now += 1000
  await lookUntil(isInStep)
  const lead = await found(service.reader.lead('email:p3@corp.example', {}, service.now))
  expect(crm.records.get(lead.id)).toMatchObject({
    Pique_Stage__c: 'mql',
    Email: 'p3@corp.example',
  })
  let isFull = true
  crm.meddle = ({ url }, response) => {
    if (!isFull || !url?.includes('composite')) return false
    response.writeHead(403).end('[{"errorCode":"REQUEST_LIMIT_EXCEEDED"}]')
    return true
  }
  meet('p4@corp.example', 'request_demo')
  await lookUntil(({ error }) => error === 'REQUEST_LIMIT_EXCEEDED')
  isFull = false
  service.now += 16 * 60_000
  await lookUntil(isInStep)
  await service.writer.removeCrm(1)
  await sync.stop()
  await connect('salesforce', { mapping: 'fields: { LastName: last_name, Nothing__c: score }' })
  await lookUntil(({ state }) => state === 'stopped')
  expect((await stateOf()).error).toBe('the mapping does not fit: INVALID_FIELD')
})

test('a mapping and a place are checked', () => {
  const targets = createTargets(ALLOW)
  const strict = createTargets([])
  for (const text of [
    'a: 1',
    '[]',
    'fields: { x: y }',
    'object: deals',
    ': :',
    'fields: { "a b": score }',
  ]) {
    expect(readMapping('hubspot', text), text).toMatchObject({ ok: false })
  }
  expect(readMapping('hubspot', 'fields: { title: traits.job_title }')).toMatchObject({ ok: true })
  expect(readUrl('hubspot', undefined, strict)).toEqual({ url: 'https://api.hubapi.com' })
  expect(readUrl('salesforce', 'https://x.my.salesforce.com/', strict)).toEqual({
    url: 'https://x.my.salesforce.com',
  })
  expect(readUrl('hubspot', 'http://127.0.0.1:1', targets)).toEqual({ url: 'http://127.0.0.1:1' })
  for (const url of [
    'http://127.0.0.1:1',
    'https://evil.example',
    'https://api.hubapi.com.evil.example',
    'https://hubapi.com@evil.example',
    'http://api.hubapi.com',
  ]) {
    expect(readUrl('hubspot', url, strict), url).toHaveProperty('problem')
  }
  expect(readUrl('hubspot', 'https://evil.example', targets)).toHaveProperty('problem')
})

test('by the command line; killed while it sends, nothing is missing', async () => {
  crm = await startHubspot()
  const place = createPlace()
  const env = {
    ...process.env,
    PIQUE_WEBHOOK_ALLOW: '127.0.0.0/8',
    PIQUE_CRM_SECRET: HUBSPOT_TOKEN,
  }
  const pique = (...args: string[]) =>
    promisify(execFile)(
      process.execPath,
      ['dist/pique.js', 'crm', ...args, '--store', place.store],
      { env },
    )
  const start = () =>
    startBuilt('start', place.store, [], { env: { PIQUE_WEBHOOK_ALLOW: '127.0.0.0/8' } })
  let collector = await start()
  try {
    const { data } = await (await collector.api('/sites')).json()
    const events = Array.from({ length: 5 }, (_, i) => i).map(async (i) => {
      const now = Date.now()
      const own = [
        { id: randomUUID(), type: 'identify', at: now, props: { email: `p${i}@corp.example` } },
      ]
      const body = JSON.stringify({
        site: data[0].key,
        browser: randomUUID(),
        human: true,
        sentAt: now,
        events: own,
      })
      await fetch(`${collector.url}/e`, { method: 'POST', body, headers: { 'user-agent': CHROME } })
    })
    await Promise.all(events)
    const mapping = join(place.store, '..', 'hubspot.yaml')
    writeFileSync(mapping, 'fields: { pique_score: score, pique_stage: stage }\n')
    const shown = (await pique('check', 'hubspot', '--mapping', mapping)).stdout.trim().split('\n')
    expect(shown.map((line) => JSON.parse(line).record)).toMatchObject([
      { pique_stage: 'lead' },
      {},
      {},
    ])
    // It has them, and its answer never comes.
    crm.meddle = ({ url }) => {
      if (!url?.includes('upsert') || crm.batches.length > 0) return false
      crm.batches.push(0)
      collector.process.kill('SIGKILL')
      return true
    }
    await pique('add', 'hubspot', '--name', 'Sales', '--mapping', mapping, '--url', crm.url)
    await until(() => crm.batches.length > 0)
    await new Promise((resolve) =>
      (collector.process.exitCode ?? collector.process.signalCode)
        ? resolve(null)
        : collector.process.once('exit', resolve),
    )
    collector = await start()
    await until(async () => (await pique('list')).stdout.includes('"synced_at":"2'))
    expect([...crm.records.keys()].sort()).toEqual([0, 1, 2, 3, 4].map((i) => `p${i}@corp.example`))
    expect(crm.wrong).toEqual([])
    expect((await pique('remove', 'cr_1')).stdout).toBe('removed cr_1\n')
    expect(collector.logs()).not.toMatch(/pat-eu1|corp\.example/)
  } finally {
    await collector.stop('SIGKILL')
    place.remove()
  }
})
