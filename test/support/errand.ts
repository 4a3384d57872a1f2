/**
 * A fixed day of a collector, as steps that each are acknowledged or not: what is done again after
 * every fault, wherever it struck.
 */
import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import { createSqliteReader } from '../../collector/store/sqlite/read/reader.ts'
import type { WireAnswer, WireEvent } from '../../shared/wire.ts'
import type { RunningCollector } from './collector.ts'
import {
  differences,
  eventFindings,
  type Ledger,
  newLedger,
  scoresOf,
  steadyNow,
} from './ledger.ts'
import { CHROME, defaultModelYaml } from './world.ts'

const MODEL = defaultModelYaml().replace(/points: (\d+)/, (_, points) => `points: ${points}5`)
const HOUR_MS = 3_600_000

export interface Errand {
  readonly ledger: Ledger
  /** Does what is not acknowledged yet, once each; whether all of it is now. */
  run(collector: RunningCollector): Promise<boolean>
  /** What is wrong with the store of a stopped collector after all of it was acknowledged. */
  findings(store: string, expected: ReadonlyMap<string, number>): Promise<string[]>
}

/** A new one; its events have ids of their own and the same meaning. */
export function newErrand(): Errand {
  const ledger = newLedger()
  const now = steadyNow()
  const people = ['ann', 'bob'].map((name) => ({
    email: `${name}@corp.example`,
    browsers: [randomUUID(), randomUUID()],
  }))
  type Step = (collector: RunningCollector, site: string) => Promise<boolean>
  const deliver = (browser: string, human: boolean, events: readonly WireEvent[]): Step => {
    const batch = { browser, human, sentAt: now, events }
    ledger.sent.push(batch)
    return async (collector, site) => {
      const answer = await fetch(`${collector.url}/e`, {
        method: 'POST',
        headers: { 'user-agent': CHROME },
        body: JSON.stringify({ site, ...batch }),
      })
      if (answer.status !== 202) return false
      const { accepted, duplicates }: WireAnswer = await answer.json()
      if (accepted + duplicates !== events.length) ledger.odd.push(JSON.stringify(answer))
      for (const { id } of events) ledger.acked.add(id)
      return true
    }
  }
  const call =
    (path: string, body: object): Step =>
    async (collector) => {
      const answer = await collector.api(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      // It was done before, and its answer was lost.
      return answer.ok || (await answer.text()).includes('unchanged_model')
    }
  const eventOf = (type: string, ageMs = 0, rest: Partial<WireEvent> = {}): WireEvent => {
    const url = 'https://shop.example/pricing'
    return { id: randomUUID(), type, at: now - ageMs, url, ...rest }
  }
  const [shop, publish, signIn] = [randomUUID(), randomUUID(), randomUUID()]
  const steps: readonly Step[] = [
    ...people.flatMap(({ email, browsers }) => [
      deliver(browsers[0] ?? '', false, [eventOf('page_view'), eventOf('view_item')]),
      deliver(browsers[1] ?? '', true, [eventOf('page_view'), eventOf('add_to_cart')]),
      deliver(browsers[0] ?? '', true, [eventOf('identify', 0, { props: { email } })]),
    ]),
    call('/model/publish', { yaml: MODEL, note: publish }),
    call('/sites', { name: shop }),
    async (collector) => {
      const answer = await fetch(collector.dashboard, { redirect: 'manual' })
      return answer.status < 400
    },
    ...people.flatMap(({ email, browsers }) => [
      // Two days late, and what joins two browsers into one person.
      deliver(browsers[0] ?? '', true, [eventOf('page_view', 48 * HOUR_MS)]),
      deliver(browsers[1] ?? '', true, [eventOf('identify', 0, { props: { email } })]),
    ]),
    call('/keys', { name: signIn, scopes: ['read'] }),
  ]
  const done = new Set<Step>()
  return {
    ledger,
    async run(collector) {
      const sites = await collector.api('/sites').then(
        (answer) => answer.json(),
        () => null,
      )
      const site = sites?.data?.find(({ name }: { name: string }) => name === 'My site')?.key ?? ''
      for (const step of steps) {
        if (done.has(step)) continue
        if (await step(collector, site).catch(() => false)) done.add(step)
      }
      return done.size === steps.length
    },
    async findings(store, expected) {
      const reader = createSqliteReader(store, createMailDomains('', ''))
      const { differences: wrong } = await reader.verify()
      const names = namesIn(store)
      return [
        ...(done.size < steps.length ? [`${steps.length - done.size} steps were refused`] : []),
        ...eventFindings(store, ledger),
        ...wrong.map((one) => `verify: ${JSON.stringify(one)}`),
        ...[shop, publish, signIn].filter((name) => !names.has(name)).map((name) => `no ${name}`),
        ...differences(await scoresOf(store, Date.now()), expected),
      ]
    },
  }
}

/** What sites, keys and versions are called. */
function namesIn(store: string): ReadonlySet<string> {
  const db = new Database(store, { readonly: true })
  try {
    const sql = 'SELECT name FROM site UNION SELECT name FROM api_key UNION SELECT note FROM model'
    return new Set(db.prepare(sql).pluck().all().map(String))
  } finally {
    db.close()
  }
}
