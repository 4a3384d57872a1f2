import { selectionOf } from '../../../webhooks/kinds.ts'
import { cursorOf, placeOf, publicId, refOf } from '../../ids.ts'
import type { Found, ListPage } from '../../reader.ts'
import type { Page } from '../../shapes.ts'
import type { DeliveryJson, WebhookJson } from '../../webhook-shapes.ts'
import type { Db } from '../connect.ts'

/** Which deliveries of a webhook are asked for. */
export interface DeliveryQuery extends ListPage {
  readonly state?: DeliveryJson['state']
}

export interface WebhookReads {
  /** Oldest first, without their secrets. */
  webhooks(): Promise<readonly WebhookJson[]>
  /** What a webhook was sent and is to be sent, newest first. */
  deliveries(webhook: string, query: DeliveryQuery): Promise<Found<Page<DeliveryJson>>>
}

type HookRow = [
  ref: number,
  url: string,
  events: string | null,
  site: number | null,
  full: number,
  state: WebhookJson['state'],
  failingSince: number | null,
  createdAt: number,
  waiting: number,
  parked: number,
  formerUntil: number | null,
  format: WebhookJson['format'],
  template: string | null,
]
type MessageRow = [
  ref: number,
  key: string,
  type: string,
  lead: number,
  sequence: number,
  state: DeliveryJson['state'],
  tries: number,
  status: number | null,
  error: string | null,
  dueAt: number | null,
  toldAt: number,
  doneAt: number | null,
]

const COLUMNS =
  'id, key, type, lead, sequence, state, tries, status, error, due_at, told_at, done_at'

export function createWebhookReader(db: Db): WebhookReads {
  const hooks = db
    .prepare(
      `SELECT id, url, events, site, full, state, failing_since, created_at,
         (SELECT count(*) FROM message WHERE webhook = w.id AND state = 'waiting'),
         (SELECT count(*) FROM message WHERE webhook = w.id AND state = 'parked'), former_until,
         format, template
       FROM webhook w ORDER BY id`,
    )
    .raw()
  const isThere = db.prepare('SELECT 1 FROM webhook WHERE id = ?')
  // Each with its state written out, so that it reads the index that has only those; +id, because the
  // index of the waiting ones is by lane, and there are few against those that were delivered.
  const pages = {
    waiting: db.prepare(
      `SELECT ${COLUMNS} FROM message
       WHERE webhook = ? AND +id < ? AND state = 'waiting' ORDER BY +id DESC LIMIT ?`,
    ),
    parked: db.prepare(
      `SELECT ${COLUMNS} FROM message
       WHERE webhook = ? AND id < ? AND state = 'parked' ORDER BY id DESC LIMIT ?`,
    ),
    delivered: db.prepare(
      `SELECT ${COLUMNS} FROM message
       WHERE webhook = ? AND id < ? AND state = 'delivered' ORDER BY id DESC LIMIT ?`,
    ),
    all: db.prepare(
      `SELECT ${COLUMNS} FROM message WHERE webhook = ? AND id < ? ORDER BY id DESC LIMIT ?`,
    ),
  }
  return {
    webhooks: async () => hooks.all().map((raw) => webhookJson(raw as HookRow)), // the columns above
    async deliveries(webhook, { state, limit = 50, cursor }) {
      const ref = refOf('webhook', webhook) ?? 0
      if (isThere.get(ref) === undefined) return { kind: 'missing' }
      const after = cursor === undefined ? null : placeOf(cursor, ['number'])
      if (cursor !== undefined && !after) return { kind: 'bad_cursor' }
      const before = Number(after?.[0] ?? Number.MAX_SAFE_INTEGER)
      const rows = pages[state ?? 'all'].raw().all(ref, before, limit + 1) as MessageRow[] // the columns
      const shown = rows.slice(0, limit)
      const last = shown.at(-1)
      const next = rows.length > limit && last ? cursorOf([last[0]]) : null
      return { kind: 'found', value: { data: shown.map(deliveryJson), next_cursor: next } }
    },
  }
}

function webhookJson(row: HookRow): WebhookJson {
  const [ref, url, events, site, full, state, failingSince, createdAt, waiting, parked] = row
  const [, , , , , , , , , , formerUntil, format, template] = row
  const told = selectionOf(format, events === null ? null : JSON.parse(events))
  return {
    id: publicId('webhook', ref),
    url,
    format,
    template,
    events: told.events,
    stages: told.stages,
    site: site === null ? null : publicId('site', site),
    personal: full === 1,
    state,
    failing_since: iso(failingSince),
    waiting,
    parked,
    former_secret_until: iso(formerUntil),
    created_at: new Date(createdAt).toISOString(),
  }
}

function deliveryJson(row: MessageRow): DeliveryJson {
  const [ref, key, type, lead, sequence, state, tries, status, error, dueAt, toldAt, doneAt] = row
  return {
    id: publicId('message', ref),
    webhook_id: key,
    type,
    lead: lead === 0 ? null : publicId('lead', lead),
    sequence,
    state,
    attempts: tries,
    last_status: status,
    last_error: error,
    next_at: iso(dueAt),
    at: new Date(toldAt).toISOString(),
    done_at: iso(doneAt),
  }
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
