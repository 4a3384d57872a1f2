import type { SiteJson } from '../store/shapes.ts'
import type { DeliveryJson, WebhookJson } from '../store/webhook-shapes.ts'
import { hrefOf, leadHref } from './links.ts'
import { durationWords, listWords, maybeWhen, plural, type When, whenOf } from './words.ts'

/** What the pages about webhooks show. */

export interface StateView {
  readonly words: string
  /** `good`, `bad` or `calm`; never the only sign. */
  readonly tone: 'good' | 'bad' | 'calm'
}

export interface WebhookView {
  readonly host: string
  readonly path: string
  readonly href: string
  readonly state: StateView
  /** Since when every try fails; null where none does. */
  readonly failingSince: When | null
  readonly facts: string
  /** What is on its way and what was given up; null where there is neither. */
  readonly queue: string | null
  readonly isOn: boolean
  readonly parked: number
  readonly since: When
}

export interface DeliveryView {
  readonly what: string
  readonly leadHref: string | null
  readonly lead: string
  readonly state: StateView
  readonly facts: string
  readonly when: When
  readonly replay: { readonly action: string; readonly label: string } | null
}

const EVENT_WORDS: Readonly<Record<string, string>> = {
  'lead.identified': 'Somebody new is known',
  'lead.stage_changed': 'A stage changes',
  'lead.score_crossed': 'A score passes 60 or 100',
  'lead.merged': 'Two leads turn out to be one',
  'lead.erased': 'A lead is erased',
}
const MESSAGE_WORDS: Readonly<Record<string, string>> = {
  'lead.identified': 'Lead identified',
  'lead.stage_changed': 'Stage changed',
  'lead.score_crossed': 'Score crossed a bar',
  'lead.merged': 'Leads merged',
  'lead.erased': 'Lead erased',
  'pique.test': 'Test',
}

/** What may be asked for, as the form offers it. */
export function eventChoices(types: readonly string[]) {
  return types.map((value) => ({ value, label: EVENT_WORDS[value] ?? value }))
}

export function presentWebhook(
  hook: WebhookJson,
  sites: readonly SiteJson[],
  all: readonly string[],
  now: number,
): WebhookView {
  const { id, url, events, site, personal, state, waiting, parked } = hook
  const { host, pathname } = new URL(url)
  const what =
    events.length === all.length
      ? 'Everything'
      : listWords(events.map((type, i) => (i === 0 ? wordsOf(type) : wordsOf(type).toLowerCase())))
  const where = site === null ? 'all sites' : (sites.find((one) => one.id === site)?.name ?? site)
  const queue = [
    ...(waiting > 0 ? [`${plural(waiting, 'message')} waiting`] : []),
    ...(parked > 0 ? [`${plural(parked, 'message')} given up`] : []),
  ]
  return {
    host,
    path: pathname,
    href: `/connect/webhooks/${id}`,
    state: stateOf(hook),
    failingSince: state === 'on' ? maybeWhen(hook.failing_since, now) : null,
    facts: [what, where, personal ? 'with personal data' : 'without personal data'].join(' · '),
    queue: queue.length > 0 ? queue.join(', ') : null,
    isOn: state === 'on',
    parked,
    since: whenOf(hook.created_at, now),
  }
}

function wordsOf(type: string): string {
  return MESSAGE_WORDS[type] ?? type
}

function stateOf({ state, failing_since: failing }: WebhookJson): StateView {
  if (state === 'off') return { words: 'Switched off', tone: 'calm' }
  if (state === 'gone') return { words: 'Stopped: it answered 410', tone: 'bad' }
  return failing === null ? { words: 'On', tone: 'good' } : { words: 'Failing', tone: 'bad' }
}

export function presentDelivery(one: DeliveryJson, webhook: string, now: number): DeliveryView {
  const { id, type, lead, state, attempts, at } = one
  return {
    what: wordsOf(type),
    leadHref: lead === null ? null : leadHref(lead),
    lead: lead ?? '',
    state: deliveryState(one),
    facts: [
      ...(attempts > 0 ? [plural(attempts, 'try', 'tries')] : []),
      ...(one.last_error === null ? [] : [one.last_error]),
      ...(state === 'waiting' ? [nextWords(one, now)] : []),
    ].join(' · '),
    when: whenOf(at, now),
    replay:
      state === 'waiting'
        ? null
        : { action: `/connect/webhooks/${webhook}/deliveries/${id}/replay`, label: 'Send again' },
  }
}

function deliveryState({ state, attempts }: DeliveryJson): StateView {
  if (state === 'delivered') return { words: 'Delivered', tone: 'good' }
  if (state === 'parked') return { words: 'Given up', tone: 'bad' }
  return { words: attempts > 0 ? 'Trying again' : 'Waiting', tone: 'calm' }
}

function nextWords({ next_at: next }: DeliveryJson, now: number): string {
  if (next === null) return 'after the one before it'
  const aheadMs = Date.parse(next) - now
  return aheadMs < 1000 ? 'next try now' : `next try in ${durationWords(aheadMs)}`
}

/** The tabs over deliveries: all of them, or those in one state. */
export function deliveryTabs(webhook: string, state: string | undefined) {
  const tabs = [
    ['All', undefined],
    ['Given up', 'parked'],
    ['Waiting', 'waiting'],
    ['Delivered', 'delivered'],
  ] as const
  return tabs.map(([label, value]) => ({
    label,
    href: hrefOf(`/connect/webhooks/${webhook}`, { state: value }),
    current: value === state,
  }))
}
