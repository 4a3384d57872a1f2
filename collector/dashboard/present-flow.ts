import type { FlowJson } from '../store/flow.ts'
import type { QuarantinedJson, RejectedJson } from '../store/shapes.ts'
import { type BarShape, barShapes } from './chart-bars.ts'
import { pathOf } from './links.ts'
import { countWords, type RefusalWords, refusalWords, waitingWords } from './refusal-words.ts'
import { plural, type When, whenOf } from './words.ts'

/** What flows in: the last day by hour, what was refused and why, what was ignored, and what waits. */

export const FLOW_BOX = { width: 480, height: 90 } as const

export interface HourView {
  /** "13:00 UTC", when it began. */
  readonly hour: string
  readonly when: When
  readonly events: string
  readonly visits: string
  readonly people: string
  readonly bots: string
}

export interface DayView {
  /** "1,204 events in 61 visits". */
  readonly words: string
  readonly span: string
  readonly note: string
  readonly bars: readonly BarShape[]
  readonly most: string
  readonly hours: readonly HourView[]
  readonly isQuiet: boolean
}

export interface GroupView extends RefusalWords {
  readonly code: string
  readonly events: string
  readonly last: When
}

export interface RefusedView {
  readonly id: string
  readonly title: string
  readonly code: string
  /** "page_view at /pricing", as far as the event says; empty where it says nothing. */
  readonly about: string
  readonly detail: string
  readonly sample: string
  readonly when: When
}

export interface CountView extends RefusalWords {
  readonly events: string
}

export interface WaitingView {
  readonly id: string
  readonly reason: string
  /** "identify jane@shop.example", as far as the event says. */
  readonly about: string
  readonly event: string
  readonly when: When
}

const numbers = new Intl.NumberFormat('en')

export function presentDay({ hours }: Pick<FlowJson, 'hours'>, now: number): DayView {
  const sum = (of: 'events' | 'visits' | 'people' | 'bots') =>
    hours.reduce((total, hour) => total + hour[of], 0)
  const [events, visits, people, bots] = [sum('events'), sum('visits'), sum('people'), sum('bots')]
  return {
    words: `${plural(events, 'event')} in ${plural(visits, 'visit')}`,
    span: hours.length === 1 ? 'this hour' : `the last ${hours.length} hours`,
    note:
      visits === 0
        ? ''
        : `${plural(people, 'visit')} by people who proved to be there, ${numbers.format(bots)} by bots.`,
    bars: barShapes(
      hours.map((hour) => hour.events),
      FLOW_BOX,
    ),
    most: numbers.format(Math.max(0, ...hours.map((hour) => hour.events))),
    hours: hours.toReversed().map((hour) => ({
      hour: `${hour.at.slice(11, 16)} UTC`,
      when: whenOf(hour.at, now),
      events: numbers.format(hour.events),
      visits: numbers.format(hour.visits),
      people: numbers.format(hour.people),
      bots: numbers.format(hour.bots),
    })),
    isQuiet: visits === 0,
  }
}

export function presentGroups({ refused }: Pick<FlowJson, 'refused'>, now: number): GroupView[] {
  return refused.map(({ code, events, last_at }) => ({
    code,
    ...refusalWords(code),
    events: numbers.format(events),
    last: whenOf(last_at, now),
  }))
}

export function presentRefused(events: readonly RejectedJson[], now: number): RefusedView[] {
  return events.map(({ id, code, detail, sample, received_at }) => ({
    id,
    code,
    title: refusalWords(code).title,
    about: aboutOf(sample),
    detail,
    sample: prettyJson(sample),
    when: whenOf(received_at, now),
  }))
}

export function presentCounts({ counts }: Pick<FlowJson, 'counts'>): CountView[] {
  return Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .flatMap(([name, count]) => {
      const words = countWords(name)
      return words ? [{ ...words, events: numbers.format(count) }] : []
    })
}

export function presentWaiting(events: readonly QuarantinedJson[], now: number): WaitingView[] {
  return events.map(({ id, reason, event, received_at }) => ({
    id,
    reason: waitingWords(reason),
    about: claimOf(event),
    event: prettyJson(event),
    when: whenOf(received_at, now),
  }))
}

function aboutOf(sample: string): string {
  const { type, url } = fieldsOf(sample)
  const name = typeof type === 'string' ? type : ''
  const place = typeof url === 'string' && url.startsWith('http') ? `at ${pathOf(url)}` : ''
  return [name, place].filter(Boolean).join(' ')
}

/** Whom an event names, which is mostly what there is to judge. */
function claimOf(event: string): string {
  const { type, props } = fieldsOf(event)
  const { email, user_id: id } = fieldsOf(JSON.stringify(props) ?? '')
  return [type, email, id].filter((part) => typeof part === 'string').join(' ')
}

function fieldsOf(sample: string): Readonly<Record<string, unknown>> {
  try {
    const fields: unknown = JSON.parse(sample)
    return typeof fields === 'object' && fields !== null ? { ...fields } : {}
  } catch {
    return {} // cut off
  }
}

/** With a field a line; a text that was cut stays as it is. */
function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
