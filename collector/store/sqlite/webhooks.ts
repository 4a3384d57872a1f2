import { contentTypeOf, type Format, maskedAddress, testMessageOf } from '../../webhooks/kinds.ts'
import { TEST_TYPE } from '../../webhooks/news.ts'
import { DOWN_AFTER } from '../../webhooks/schedule.ts'
import { publicId } from '../ids.ts'
import type {
  DueMessage,
  InFlight,
  NewWebhook,
  ReplayPeriod,
  Tried,
  WebhookChange,
  WebhookStore,
} from '../webhook-store.ts'
import type { Db } from './connect.ts'
import { createLaneFreer, firstOfLane, newMessageKey, type OutboxTable } from './outbox.ts'
import { type Seal, targetName, webhookName } from './secrets.ts'

/** Down for so long, what waited for a later try is sent at once when it is back. */
const LONG_DOWN_MS = 600_000

interface HookRow {
  readonly id: number
  readonly url: string
  readonly target: string | null
  readonly format: Format
  readonly template: string | null
  readonly secret: string
  readonly former_secret: string | null
  readonly former_until: number | null
  readonly failures: number
  readonly failing_since: number | null
  readonly paused_until: number | null
}

type MannerOf = Pick<HookRow, 'format' | 'template'>
type HealthRow = [waiting: number, parked: number, failing: number, since: number | null]

interface DueRow {
  readonly id: number
  readonly lane: number
  readonly key: string
  readonly body: string
  readonly tries: number
  readonly told_at: number
}

/** Webhooks, their secrets sealed, and the sender's side of the outbox. */
export function createWebhooks(
  db: Db,
  outbox: Pick<OutboxTable, 'forget' | 'hasWebhooks'>,
  sealOf: () => Seal,
): WebhookStore {
  const add = db.prepare(
    `INSERT INTO webhook (url, events, site, full, secret, state, created_at)
     VALUES (?, ?, ?, ?, '', 'on', ?)`,
  )
  const hookOf = db.prepare('SELECT * FROM webhook WHERE id = ?')
  const putManner = db.prepare(
    'UPDATE webhook SET url = ?, target = ?, format = ?, template = ? WHERE id = ?',
  )
  const putEvents = db.prepare('UPDATE webhook SET events = ? WHERE id = ?')
  const putFull = db.prepare('UPDATE webhook SET full = ? WHERE id = ?')
  const putSecret = db.prepare('UPDATE webhook SET secret = ? WHERE id = ?')
  const rotate = db.prepare(
    `UPDATE webhook SET former_secret = secret, former_until = ?, secret = ? WHERE id = ?`,
  )
  const drops = [
    db.prepare('DELETE FROM message WHERE webhook = ?'),
    db.prepare('DELETE FROM message_count WHERE webhook = ?'),
  ]
  const drop = db.prepare('DELETE FROM webhook WHERE id = ?')
  const putState = db.prepare(
    `UPDATE webhook SET state = ?, failures = 0, failing_since = NULL, paused_until = NULL
     WHERE id = ?`,
  )
  const wakeHeads = db.prepare(
    `UPDATE message SET due_at = coalesce(due_at, told_at) WHERE id IN (SELECT min(id) FROM message
       WHERE webhook = ? AND state = 'waiting' GROUP BY lane)`,
  )
  const again = db
    .prepare(
      `UPDATE message SET state = 'waiting', tries = 0, due_at = NULL, done_at = NULL
       WHERE id = ? AND webhook = ? RETURNING lane`,
    )
    .pluck()
  const parked = db
    .prepare(
      `SELECT id FROM message
       WHERE webhook = ? AND state = 'parked' AND told_at >= ? AND told_at <= ?`,
    )
    .pluck()
  const addTest = db.prepare(
    `INSERT INTO message (webhook, key, type, lead, lane, sequence, body, state, due_at, told_at)
     SELECT id, ?, ?, 0, 0, 0, ?, 'waiting', ?, ? FROM webhook WHERE id = ?`,
  )
  const hooks = db.prepare("SELECT * FROM webhook WHERE state = 'on'")
  const due = db.prepare(
    `SELECT id, lane, key, body, tries, told_at FROM message
     WHERE webhook = ? AND due_at <= ? AND lane <> 0 ORDER BY due_at, id LIMIT ?`,
  )
  const dueTest = db.prepare(
    `SELECT id, lane, key, body, tries, told_at FROM message
     WHERE webhook = ? AND lane = 0 AND state = 'waiting' ORDER BY id LIMIT 1`,
  )
  const laneOf = db.prepare("SELECT lane FROM message WHERE id = ? AND state = 'waiting'").pluck()
  const finish = db.prepare(
    `UPDATE message SET state = ?, tries = tries + 1, due_at = NULL, status = ?, error = ?, done_at = ?
     WHERE id = ?`,
  )
  const wait = db.prepare(
    'UPDATE message SET tries = tries + 1, due_at = ?, status = ?, error = ? WHERE id = ?',
  )
  const health = db.prepare('SELECT failures, failing_since FROM webhook WHERE id = ?').raw()
  const soundAgain = db.prepare(
    `UPDATE webhook SET failures = 0, failing_since = NULL, paused_until = NULL
     WHERE id = ? AND failures > 0`,
  )
  const failed = db.prepare(
    `UPDATE webhook SET failures = failures + 1, failing_since = coalesce(failing_since, @at),
       paused_until = @pausedUntil, state = CASE WHEN @isGone THEN 'gone' ELSE state END
     WHERE id = @webhook`,
  )
  const hurry = db.prepare(
    'UPDATE message SET due_at = @at WHERE webhook = @webhook AND due_at > @at',
  )
  const healthOfAll = db
    .prepare(
      `SELECT (SELECT count(*) FROM message WHERE state = 'waiting'),
         (SELECT count(*) FROM message WHERE state = 'parked'), count(failing_since),
         min(failing_since)
       FROM webhook WHERE state = 'on'`,
    )
    .raw()
  const putFirst = firstOfLane(db)
  const freeLane = createLaneFreer(db)
  const inOne = <A extends unknown[], R>(work: (...args: A) => R) => db.transaction(work).immediate

  function noteHealth({ webhook, at, became, pausedUntil }: Tried): void {
    if (became.kind !== 'delivered') {
      failed.run({ webhook, at, pausedUntil, isGone: became.kind === 'gone' ? 1 : 0 })
      if (became.kind === 'gone') outbox.forget()
      return
    }
    const [failures, since] = (health.get(webhook) ?? [0, null]) as [number, number | null]
    if (failures === 0) return
    soundAgain.run(webhook)
    if (failures >= DOWN_AFTER && since !== null && at - since >= LONG_DOWN_MS) {
      hurry.run({ webhook, at })
    }
  }

  function noteTry(tried: Tried): void {
    const { ref, at, status, error, became } = tried
    const lane = laneOf.get(ref)
    if (typeof lane === 'number') {
      if (became.kind === 'waiting') wait.run(became.dueAt, status, error, ref)
      else if (became.kind === 'gone') wait.run(at, status, error, ref)
      else {
        finish.run(became.kind, status, error, at, ref)
        freeLane(tried.webhook, lane, at)
      }
    }
    // One try says nothing of a test's webhook that the next message would not say.
    noteHealth(tried)
  }

  /** Where the address is a secret itself it lies sealed, and the row shows only where it leads. */
  function putAddress(ref: number, address: string, { format, template }: MannerOf): void {
    const isSecret = format !== 'standard'
    const target = isSecret ? sealOf().seal(address, targetName(ref)) : null
    putManner.run(isSecret ? maskedAddress(address) : address, target, format, template, ref)
  }
  const addressOf = ({ id, url, target }: HookRow) =>
    target === null ? url : sealOf().open(target, targetName(id))

  function secretsOf(
    { id, secret, former_secret: former, former_until: until }: HookRow,
    now: number,
  ) {
    const open = (sealed: string) => sealOf().open(sealed, webhookName(id))
    return former !== null && until !== null && until > now
      ? [open(secret), open(former)]
      : [open(secret)]
  }

  function dueOf(hook: HookRow, now: number, underWay: readonly InFlight[], most: number) {
    const busy = new Set(underWay.filter(({ webhook }) => webhook === hook.id).map((m) => m.lane))
    const isFree = ({ lane }: DueRow) => !busy.has(lane)
    const tests = (dueTest.all(hook.id) as DueRow[]).filter(isFree) // the columns selected
    const isPaused = hook.paused_until !== null && hook.paused_until > now
    const room = isPaused ? 0 : (hook.failures >= DOWN_AFTER ? 1 : most) - busy.size
    const others =
      room <= 0 ? [] : (due.all(hook.id, now, room + busy.size) as DueRow[]).filter(isFree) // as above
    return [...tests, ...others.slice(0, Math.max(0, room))]
  }

  return {
    addWebhook: inOne((hook: NewWebhook) => {
      const { url, events, site, isFull, secret, createdAt } = hook
      const { format = 'standard', template = null } = hook
      const added = add.run('', listText(events), site, isFull ? 1 : 0, createdAt)
      const ref = Number(added.lastInsertRowid)
      putAddress(ref, url, { format, template })
      putSecret.run(sealOf().seal(secret, webhookName(ref)), ref)
      outbox.forget()
      return ref
    }),
    removeWebhook: inOne((ref: number) => {
      for (const one of drops) one.run(ref)
      outbox.forget()
      return drop.run(ref).changes > 0
    }),
    changeWebhook: inOne((ref: number, change: WebhookChange) => {
      const { isEnabled, events, isFull, manner } = change
      const hook = hookOf.get(ref) as HookRow | undefined // the columns of the table
      if (!hook) return false
      outbox.forget()
      if (manner !== undefined) putAddress(ref, addressOf(hook), manner)
      if (events !== undefined) putEvents.run(listText(events), ref)
      if (isFull !== undefined) putFull.run(isFull ? 1 : 0, ref)
      if (isEnabled !== undefined) putState.run(isEnabled ? 'on' : 'off', ref)
      if (isEnabled) wakeHeads.run(ref)
      return true
    }),
    rotateWebhook: (ref, secret, formerUntil) =>
      rotate.run(formerUntil, sealOf().seal(secret, webhookName(ref)), ref).changes > 0,
    replayMessage: inOne((webhook: number, ref: number, now: number) => {
      const lane = again.get(ref, webhook)
      if (typeof lane !== 'number') return false
      putFirst(webhook, lane, now)
      return true
    }),
    replayParked: inOne((webhook: number, { since, until }: ReplayPeriod, now: number) => {
      const refs = parked.all(webhook, since ?? 0, until ?? Number.MAX_SAFE_INTEGER).map(Number)
      const lanes = new Set(refs.map((ref) => Number(again.get(ref, webhook))))
      for (const lane of lanes) putFirst(webhook, lane, now)
      return refs.length
    }),
    testWebhook(ref, now) {
      const hook = hookOf.get(ref) as HookRow | undefined // the columns of the table
      if (!hook) return null
      const manner = { ...hook, host: new URL(hook.url).host }
      const body = testMessageOf(manner, publicId('webhook', ref), now)
      const added = addTest.run(newMessageKey(), TEST_TYPE, body, now, now, ref)
      return added.changes > 0 ? Number(added.lastInsertRowid) : null
    },
    webhookHealth() {
      const [waiting, parkedCount, failing, failingSince] = healthOfAll.get() as HealthRow // as selected
      return { waiting, parked: parkedCount, failing, failingSince }
    },
    dueMessages(now, underWay, most) {
      if (!outbox.hasWebhooks()) return []
      return (hooks.all() as HookRow[]).flatMap((hook) => {
        const rows = dueOf(hook, now, underWay, most)
        const secrets = rows.length > 0 ? secretsOf(hook, now) : []
        const url = rows.length > 0 ? addressOf(hook) : ''
        const contentType = contentTypeOf(hook)
        return rows.map(
          (row): DueMessage => ({
            ref: row.id,
            webhook: hook.id,
            lane: row.lane,
            key: row.key,
            url,
            format: hook.format,
            contentType,
            body: row.body,
            tries: row.tries,
            toldAt: row.told_at,
            failingSince: hook.failing_since,
            failures: hook.failures,
            secrets,
          }),
        )
      })
    },
    noteTries: inOne((tries: readonly Tried[]) => {
      for (const one of tries) noteTry(one)
    }),
  }
}

function listText(events: readonly string[] | null): string | null {
  return events === null ? null : JSON.stringify(events)
}

/** Webhooks of a site, with their messages, when the site goes. */
export function dropWebhooksOf(db: Db, site: number): void {
  for (const table of ['message', 'message_count'] as const) {
    db.prepare(`DELETE FROM ${table} WHERE webhook IN (SELECT id FROM webhook WHERE site = ?)`).run(
      site,
    )
  }
  db.prepare('DELETE FROM webhook WHERE site = ?').run(site)
}

/** Messages that were kept long enough; what waits for a webhook that is switched off waits no longer. */
export function dropOldMessages(db: Db, keptSince: number): number {
  return db
    .prepare(
      `DELETE FROM message WHERE id IN (
         SELECT id FROM message WHERE told_at < @keptSince AND (coalesce(done_at, 0) < @keptSince) AND (
           state <> 'waiting' OR webhook IN (SELECT id FROM webhook WHERE state <> 'on'))
         LIMIT 10000)`,
    )
    .run({ keptSince }).changes
}
