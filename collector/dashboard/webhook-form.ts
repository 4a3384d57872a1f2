import { type Form, fieldOf } from '../http/form.ts'
import { mannerOf } from '../http/webhook-asked.ts'
import type { SiteJson } from '../store/shapes.ts'
import { FORMATS, type Format, TEXT_EXAMPLES } from '../webhooks/kinds.ts'
import { EVENT_TYPES, type EventType } from '../webhooks/news.ts'
import type { Targets } from '../webhooks/targets.ts'

/** What somebody typed into the forms about webhooks, and whether it can be. */

export interface TypedWebhook {
  readonly format: Format
  readonly url: string
  /** Empty for all. */
  readonly site: string
  readonly events: readonly EventType[]
  readonly isFull: boolean
  readonly template: string
}

/** What is ticked where it is people who read. */
const FOR_PEOPLE: readonly EventType[] = ['lead.stage_changed', 'lead.score_crossed']

/** What a fresh form shows. */
export function freshWebhook(to: string | undefined, example: string | undefined): TypedWebhook {
  const format = FORMATS.find((one) => one === to) ?? 'standard'
  const text = TEXT_EXAMPLES.find(({ key }) => key === example) ?? TEXT_EXAMPLES[0]
  return {
    format,
    url: '',
    site: '',
    // Slack has a choice of its own, which stands while nobody makes another.
    events: format === 'slack' ? [] : format === 'template' ? FOR_PEOPLE : EVENT_TYPES,
    isFull: false,
    template: format === 'template' ? text.template : '',
  }
}

export function readTyped(form: Form): TypedWebhook {
  const format = FORMATS.find((one) => one === fieldOf(form, 'format')) ?? 'standard'
  return {
    format,
    url: fieldOf(form, 'url').trim(),
    site: fieldOf(form, 'site'),
    events: EVENT_TYPES.filter((type) => fieldOf(form, type) === 'on'),
    isFull: fieldOf(form, 'personal') === 'on',
    template: fieldOf(form, 'template').trim(),
  }
}

/** What is chosen, as it is kept: null for all there are, and for Slack's own choice. */
export function chosenEvents({ format, events }: Pick<TypedWebhook, 'format' | 'events'>) {
  const isOwn = format === 'slack' ? events.length === 0 : events.length === EVENT_TYPES.length
  return isOwn ? null : events
}

/** Why a text can't be sent, in a sentence; null where it can, or there is none. */
export function problemOfTyped(typed: TypedWebhook): string | null {
  const { format, template, events } = typed
  if (events.length === 0 && format !== 'slack') return 'Choose what to tell it.'
  if (format !== 'template') return null
  const read = mannerOf({ format, template }, { format, template: null }, events)
  return read.ok ? null : `The text${read.problem.replace(/^template/, '')}.`
}

/** Why this webhook can't be added, in a sentence, or null. */
export function problemOfAdding(
  typed: TypedWebhook,
  sites: readonly SiteJson[],
  targets: Pick<Targets, 'problemOf'>,
): string | null {
  const wrong = targets.problemOf(typed.url)
  if (wrong !== null) return `This address ${wrong}.`
  if (typed.site !== '' && !sites.some(({ id }) => id === typed.site)) {
    return 'Choose a site that is there.'
  }
  return problemOfTyped(typed)
}
