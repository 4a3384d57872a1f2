import { expect, test } from 'vitest'
import type { HeldJson } from '../../collector/store/held.ts'
import { scaled } from '../support/scale.ts'
import { found } from '../support/world.ts'
import { DAY, deliverUntidily, END, forWorlds, leadsIn, openStore, readDb, undo } from './worlds.ts'

/** What a person is shown that is held about them is what a query of one's own finds, all of it. */

const timeout = 3_600_000

/** The rows of a person, asked for without a line of the program. */
function ownQuery(path: string, lead: number) {
  return readDb(path, (db) => {
    const all = (sql: string) =>
      db
        .prepare(sql)
        .raw()
        .all(...Array.from({ length: sql.split('?').length - 1 }, () => lead))
    const iso =
      "strftime('%Y-%m-%dT%H:%M:%S', {} / 1000, 'unixepoch') || printf('.%03dZ', {} % 1000)"
    const at = (column: string) => iso.replaceAll('{}', `(${column})`)
    const held = `FROM visitor v JOIN session s ON s.browser = v.browser
      JOIN event e ON e.session = s.id WHERE v.lead = ?
      AND s.base_at + e.at_ms >= coalesce(v.from_at, -1e18)
      AND s.base_at + e.at_ms < coalesce((SELECT min(n.from_at) FROM visitor n
        WHERE n.browser = v.browser AND n.from_at > coalesce(v.from_at, -1e18)), 1e18)`
    const text = (column: string) => `(SELECT value FROM text WHERE id = ${column})`
    return {
      events: all(
        `SELECT lower(hex(e.id)), ${text('e.type')}, ${at('s.base_at + e.at_ms')}, ${text('e.url')},
           ${text('e.referrer')}, ${text('e.title')}, e.engaged_ms, e.scroll, coalesce(e.props, '{}') ${held}`,
      ),
      claims: all(
        `SELECT lower(hex(event)), ${at('at')}, email, user_id, evidence, strength, traits, void, shared
         FROM claim WHERE lead = ?`,
      ),
      visitors: all("SELECT 'vi_' || id FROM visitor WHERE lead = ?"),
      sources: all(
        // A session is shown with each visitor that it is partly of.
        `SELECT DISTINCT v.id, s.id, t.channel, t.source, t.medium
         ${held.replace('WHERE', 'JOIN touch t ON t.id = s.touch WHERE')}`,
      ).map((row) => (row as unknown[]).slice(2)),
      ids: all("SELECT kind || ':' || value FROM lead_key WHERE lead = ?"),
      decisions: all(`SELECT 'de_' || id, to_stage, score_milli FROM decision WHERE lead = ?`),
      outcomes: all("SELECT 'ou_' || id, type, reason FROM outcome WHERE lead = ?"),
      adjustments: all("SELECT 'ad_' || id, label, milli FROM adjustment WHERE lead = ?"),
      unlinks: all(`SELECT ${at('at')}, author FROM unlink WHERE lead = ?`),
    }
  })
}

function shown(held: HeldJson): ReturnType<typeof ownQuery> {
  const hex = (uuid: string) => uuid.replaceAll('-', '')
  return {
    events: held.sessions
      .flatMap(({ events }) => events)
      .map((e) => [
        ...[hex(e.id), e.type, e.at, e.url, e.referrer, e.title, e.engaged_ms, e.scroll],
        JSON.stringify(e.props),
      ]),
    claims: held.claims.map((c) => [
      ...[hex(c.event), c.at, c.email, c.user_id, c.evidence, c.strength],
      ...[JSON.stringify(c.traits), Number(c.is_void), Number(c.is_shared)],
    ]),
    visitors: held.visitors.map(({ visitor }) => [visitor]),
    sources: held.sessions.flatMap(({ source }) =>
      source ? [[source.channel, source.source, source.medium]] : [],
    ),
    ids: [
      ...held.ids.emails.map((one) => [`email:${one}`]),
      ...held.ids.user_ids.map((one) => [`user:${one}`]),
    ],
    decisions: held.decisions.map(({ id, to, score_milli }) => [id, to, score_milli]),
    outcomes: held.outcomes.map(({ id, type, reason }) => [id, type, reason]),
    adjustments: held.adjustments.map(({ id, reason, points }) => [id, reason, points * 1000]),
    unlinks: held.unlinks.map(({ at, by }) => [at, by]),
  }
}

const sorted = (parts: ReturnType<typeof ownQuery>) =>
  Object.fromEntries(
    Object.entries(parts).map(([name, rows]) => [name, rows.map((r) => JSON.stringify(r)).sort()]),
  )

test('equals a query of one’s own, and its score is the score, each day', { timeout }, async () => {
  let left = scaled(100)
  await forWorlds(async (worlds) => {
    if (left <= 0) return
    const store = openStore()
    try {
      deliverUntidily(store, worlds)
      for (const world of worlds) undo(store, world, { which: 0, at: END })
      for (const { id, ref } of leadsIn(store.path)) {
        if (left-- <= 0) return
        const now = END + DAY
        store.service.addOutcome({
          ...{ lead: ref, type: 'qualify_lead', at: END, value: 5, currency: 'EUR' },
          ...{ reason: `said of ${id}`, by: 'CRM', recordedAt: END },
        })
        const gift = { lead: ref, label: 'met', milli: 2000, at: END, by: 'test' }
        store.service.addAdjustment(gift)
        const held = await found(store.reader.held(id, {}, { now, retentionMonths: 13 }))
        expect(sorted(shown(held))).toEqual(sorted(ownQuery(store.path, ref)))
        const score = await found(store.reader.score(id, {}, now))
        expect(held.lead).toMatchObject({
          score_milli: score.score_milli,
          reasons: score.reasons,
          model_version: 1,
        })
        for (const { day, score_milli } of held.score_steps) {
          const asOf = Math.min(now, Date.parse(day) + DAY - 1)
          const then = await found(store.reader.score(id, { asOf }, now))
          expect([day, score_milli]).toEqual([day, then.score_milli])
        }
        expect(held.recipients).toEqual([])
        // Erasing takes just this.
        const gone = store.service.erase(ref, now)
        const events = held.sessions.flatMap((session) => session.events)
        expect([gone?.events, gone?.visitors]).toEqual([events.length, held.visitors.length])
      }
    } finally {
      store.close()
    }
  })
  expect(left).toBeLessThanOrEqual(0)
})
