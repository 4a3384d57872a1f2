import { randomBytes } from 'node:crypto'
import type { Told } from '../../scoring/crossings.ts'
import {
  isSelected,
  type Manner,
  messageOf,
  type Selection,
  selectionOf,
} from '../../webhooks/kinds.ts'
import type { EventType, News, PersonFacts } from '../../webhooks/news.ts'
import type { Outbox } from '../webhook-store.ts'
import type { Db } from './connect.ts'
import { nameOf } from './read/lead-rows.ts'

/** What the rest of the store does with the outbox, beside what ingest may. */
export interface OutboxTable extends Outbox {
  /** A lead that is no more: its messages keep their place before those of the one that goes on. */
  follow(gone: number, heir: number): void
  /** Takes everything out that was to be said of a lead, but that it was erased. */
  clear(lead: number, now: number): void
  /** Webhooks may have changed. */
  forget(): void
  /** Whether any webhook may be sent something. */
  hasWebhooks(): boolean
}

interface Listening {
  readonly ref: number
  readonly told: Selection
  readonly manner: Manner
  readonly site: number | null
  readonly isFull: boolean
}

type ListeningRow = [
  ref: number,
  events: string | null,
  site: number | null,
  full: number,
  format: Manner['format'],
  template: string | null,
  url: string,
]

export function newMessageKey(): string {
  return `msg_${randomBytes(18).toString('base64url')}`
}

export function createOutbox(db: Db): OutboxTable {
  const select = db
    .prepare(
      `SELECT id, events, site, full, format, template, url
       FROM webhook WHERE state = 'on' ORDER BY id`,
    )
    .raw()
  const person = db.prepare('SELECT site, email, user_id, traits FROM lead WHERE id = ?').raw()
  const countOn = db
    .prepare(
      `INSERT INTO message_count (lead, webhook, last) VALUES (?, ?, 1)
       ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last`,
    )
    .pluck()
  const insert = db.prepare(
    `INSERT INTO message (webhook, key, type, lead, lane, sequence, body, state, due_at, told_at)
     SELECT @webhook, @key, @type, @lead, @lead, @sequence, @body, 'waiting',
       CASE WHEN EXISTS (SELECT 1 FROM message WHERE webhook = @webhook AND lane = @lead
         AND state = 'waiting') THEN NULL ELSE @now END, @now`,
  )
  const moveLane = db
    .prepare('UPDATE message SET lane = ? WHERE lane = ? RETURNING webhook')
    .pluck()
  const dropMessages = db
    .prepare(
      `DELETE FROM message WHERE (lane = @lead OR lead = @lead) AND type <> 'lead.erased'
       RETURNING webhook, lane`,
    )
    .raw()
  const dropCounts = db.prepare('DELETE FROM message_count WHERE lead = ?')
  const level = db.prepare('SELECT level, day FROM told_level WHERE lead = ?')
  const putLevel = db.prepare(
    `INSERT INTO told_level (lead, level, day) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET level = excluded.level, day = excluded.day`,
  )
  const moveLevel = db.prepare('UPDATE OR IGNORE told_level SET lead = ? WHERE lead = ?')
  const dropLevel = db.prepare('DELETE FROM told_level WHERE lead = ?')
  const putFirst = firstOfLane(db)
  let known: readonly Listening[] | null = null

  function listening(): readonly Listening[] {
    known ??= select.all().map((raw) => {
      const [ref, events, site, full, format, template, url] = raw as ListeningRow // as selected
      const told = selectionOf(format, events === null ? null : JSON.parse(events))
      const manner = { format, template, host: new URL(url).host }
      return { ref, told, manner, site, isFull: full === 1 }
    })
    return known
  }

  function personOf(news: News): PersonFacts | null {
    const nobody = { email: null, userId: null, name: null, traits: {} }
    if (news.type === 'lead.erased') return { site: news.site, ...nobody }
    const row = person.get(news.lead)
    if (row === undefined) return null
    const [site, email, userId, text] = row as [number, string | null, string | null, string]
    const traits = JSON.parse(text)
    return { site, email, userId, name: nameOf(traits), traits }
  }

  return {
    forget() {
      known = null
    },
    hasWebhooks: () => listening().length > 0,
    wants: (type: EventType) => listening().some(({ told }) => told.events.includes(type)),
    tell(news, now) {
      const about = personOf(news)
      if (!about) return
      for (const one of listening()) {
        if (!isSelected(one.told, news) || (one.site !== null && one.site !== about.site)) continue
        const sequence = Number(countOn.get(news.lead, one.ref))
        const told = { person: about, sequence, isFull: one.isFull }
        const body = messageOf(one.manner, news, told)
        const [webhook, key] = [one.ref, newMessageKey()]
        insert.run({ webhook, key, type: news.type, lead: news.lead, sequence, body, now })
      }
      if (news.type === 'lead.erased') dropCounts.run(news.lead)
    },
    toldLevel(ref) {
      return (level.get(ref) as Told | undefined) ?? null // as `noteLevel` wrote it
    },
    noteLevel: (ref, { level: to, day }) => void putLevel.run(ref, to, day),
    follow(gone, heir) {
      // The first of either lane was due already.
      for (const webhook of new Set(moveLane.all(heir, gone).map(Number)))
        putFirst(webhook, heir, 0)
      moveLevel.run(heir, gone)
      dropLevel.run(gone)
      dropCounts.run(gone)
    },
    clear(ref, now) {
      dropLevel.run(ref)
      const left = dropMessages.all({ lead: ref }) as [webhook: number, lane: number][] // as returned
      const lanes = new Map(left.map((place) => [place.join(), place]))
      for (const [webhook, lane] of lanes.values()) putFirst(webhook, lane, now)
    },
  }
}

/** Makes the oldest waiting message of a lane due, at the latest at an instant. */
export function createLaneFreer(db: Db) {
  const free = db.prepare(
    `UPDATE message SET due_at = coalesce(due_at, @now) WHERE id = (SELECT min(id) FROM message
       WHERE webhook = @webhook AND lane = @lane AND state = 'waiting')`,
  )
  return (webhook: number, lane: number, now: number): void => {
    free.run({ webhook, lane, now })
  }
}

/** The same where another may have been due: that one waits again. */
export function firstOfLane(db: Db) {
  const hold = db.prepare(
    `UPDATE message SET due_at = NULL WHERE webhook = @webhook AND lane = @lane
       AND state = 'waiting' AND due_at IS NOT NULL AND id > (SELECT min(id) FROM message
         WHERE webhook = @webhook AND lane = @lane AND state = 'waiting')`,
  )
  const free = createLaneFreer(db)
  return (webhook: number, lane: number, now: number): void => {
    hold.run({ webhook, lane })
    free(webhook, lane, now)
  }
}
