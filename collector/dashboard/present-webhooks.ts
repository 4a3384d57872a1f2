import type { SiteJson } from '../store/shapes.ts'
import type { DeliveryJson, WebhookJson } from '../store/webhook-shapes.ts'
import { hrefOf, leadHref } from './links.ts'
import type { ChoiceView } from './present-connect.ts'
import type { Choice } from './present-settings.ts'
import { VERIFY_CODE } from './verify-code.ts'
import type { TypedWebhook } from './webhook-form.ts'
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
  /** The form that changes what it is told. */
  readonly change: ChangeView
  /** Code that checks a message; none for what people read. */
  readonly verify: readonly {
    readonly key: string
    readonly label: string
    readonly code: string
  }[]
}

export interface Ticked extends Choice {
  readonly checked: boolean
}

export interface ChangeView {
  readonly action: string
  readonly isSlack: boolean
  readonly events: readonly Ticked[]
  readonly personal: boolean
  /** Null where it has no text of its own. */
  readonly template: string | null
}

/** The form that adds one. */
export interface AddFormView {
  readonly kinds: readonly ChoiceView[]
  readonly format: TypedWebhook['format']
  readonly placeholder: string
  readonly url: string
  readonly site: string
  readonly sites: readonly Choice[]
  readonly events: readonly Ticked[]
  readonly personal: boolean
  readonly template: string
  /** Texts to begin with. */
  readonly examples: readonly { readonly label: string; readonly href: string }[]
  readonly fields: readonly { readonly name: string; readonly says: string }[]
  /** What a message looks like. */
  readonly preview: string | null
  /** Why links in it lead nowhere for others; null where they don't. */
  readonly linkHint: string | null
}

const KINDS: Readonly<Record<TypedWebhook['format'], string>> = {
  standard: 'Another program (signed)',
  slack: 'Slack',
  template: 'Own text',
}
const PLACEHOLDERS: Readonly<Record<TypedWebhook['format'], string>> = {
  standard: 'https://crm.example.com/hooks/pique',
  slack: 'https://hooks.slack.com/services/…',
  template: 'https://discord.com/api/webhooks/…',
}

interface FormParts {
  readonly typed: TypedWebhook
  readonly types: readonly string[]
  readonly sites: readonly Choice[]
  readonly examples: readonly { readonly key: string; readonly label: string }[]
  readonly fields: Readonly<Record<string, string>>
  readonly preview: string | null
  /** The address that links lead to is known to be the right one. */
  readonly isPublic: boolean
}

export function presentAddForm(start: string, parts: FormParts): AddFormView {
  const { typed, types, sites, examples, fields, preview, isPublic } = parts
  const { format, url, site, isFull, template } = typed
  const kinds = Object.entries(KINDS) as [TypedWebhook['format'], string][] // the keys of a record of ours
  return {
    kinds: kinds.map(([key, label]) => ({
      label,
      href: `${hrefOf(start, { to: key })}#add-title`,
      current: key === format,
    })),
    format,
    placeholder: PLACEHOLDERS[format],
    url,
    site,
    sites,
    events: ticked(types, typed.events),
    personal: isFull,
    template,
    examples: examples.map(({ key, label }) => ({
      label,
      href: `${hrefOf(start, { to: 'template', example: key })}#add-title`,
    })),
    fields: Object.entries(fields).map(([name, says]) => ({ name, says })),
    preview: preview === null ? null : inWords(format, preview),
    linkHint:
      isPublic || format === 'standard'
        ? null
        : 'Links in a message lead to the address this collector listens at. Set --public-url, so that colleagues can open them.',
  }
}

/** A message for Slack as the lines that people see; any other as it is sent. */
function inWords(format: TypedWebhook['format'], body: string): string {
  if (format !== 'slack') return body
  const texts = [...body.matchAll(/"text":"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text ?? '')
  const [, ...shown] = texts.map((text): string => JSON.parse(`"${text}"`))
  return shown
    .map((text) => text.replace(/^<[^|]*\|(.*)>$/, '[$1]'))
    .join('\n')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
}

function ticked(types: readonly string[], chosen: readonly string[]): Ticked[] {
  return eventChoices(types).map((one) => ({ ...one, checked: chosen.includes(one.value) }))
}

/** What Today says while a webhook takes nothing; null while all do. */
export function presentAlarm(hooks: readonly WebhookJson[], now: number): string | null {
  const silent = hooks.filter(
    ({ state, failing_since: since }) =>
      state === 'on' && since !== null && now - Date.parse(since) >= ALARM_MS,
  )
  const gone = hooks.filter(({ state }) => state === 'gone')
  const [first] = silent
  const parts = [
    ...(first
      ? [
          `${new URL(first.url).host}${andOthers(silent.length)} took nothing for ${durationWords(now - Date.parse(first.failing_since ?? ''))}`,
        ]
      : []),
    ...(gone[0]
      ? [`${new URL(gone[0].url).host}${andOthers(gone.length)} wants nothing more and is stopped`]
      : []),
  ]
  return parts.length === 0 ? null : `Webhooks: ${parts.join('; ')}.`
}

const ALARM_MS = 3_600_000
const andOthers = (count: number) => (count > 1 ? ` and ${plural(count - 1, 'other')}` : '')

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
function eventChoices(types: readonly string[]) {
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
  const isSecret = hook.format !== 'standard'
  const what =
    hook.stages !== null
      ? 'New MQLs and SQLs, and scores that pass 60 or 100'
      : events.length === all.length
        ? 'Everything'
        : listWords(
            events.map((type, i) => (i === 0 ? wordsOf(type) : wordsOf(type).toLowerCase())),
          )
  const where = site === null ? 'all sites' : (sites.find((one) => one.id === site)?.name ?? site)
  const queue = [
    ...(waiting > 0 ? [`${plural(waiting, 'message')} waiting`] : []),
    ...(parked > 0 ? [`${plural(parked, 'message')} given up`] : []),
  ]
  return {
    host,
    path: isSecret ? decodeURIComponent(pathname) : pathname,
    href: `/connect/webhooks/${id}`,
    state: stateOf(hook),
    failingSince: state === 'on' ? maybeWhen(hook.failing_since, now) : null,
    facts: [
      ...(isSecret ? [KINDS[hook.format]] : []),
      what,
      where,
      personal ? 'with personal data' : 'without personal data',
    ].join(' · '),
    queue: queue.length > 0 ? queue.join(', ') : null,
    isOn: state === 'on',
    parked,
    since: whenOf(hook.created_at, now),
    change: {
      action: `/connect/webhooks/${id}/change`,
      isSlack: hook.format === 'slack',
      events: ticked(all, hook.stages === null ? events : []),
      personal,
      template: hook.template,
    },
    verify: isSecret ? [] : VERIFY_CODE,
  }
}

function wordsOf(type: string): string {
  return MESSAGE_WORDS[type] ?? type
}

function stateOf({ state, failing_since: failing }: WebhookJson): StateView {
  if (state === 'off') return { words: 'Switched off', tone: 'calm' }
  if (state === 'gone') return { words: 'Stopped: it wants nothing more', tone: 'bad' }
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
