/**
 * What every feature works with: the page that is being looked at, a way to report on it, and beats
 * to act on: one every second, and one right before the page is hidden or left, while its events can
 * still be sent.
 */
import type { PropValue, WireEvent } from '../shared/wire.ts'
import { config, endsWithOneOf } from './config.ts'
import { createId } from './id.ts'
import { BEAT_MS, BURST_EVENTS, MAX_EVENT_CHARS, REFILL_EVENTS, SAME_ACTION_MS } from './limits.ts'
import { guard, listen } from './listen.ts'
import { add, forgetMine, hide, tend } from './transport.ts'
import { person, settle, type Visit, visit } from './visitor.ts'

/** Props on their way out; a missing value is left out of the event. */
export type EventProps = Readonly<
  Record<string, PropValue | Readonly<Record<string, unknown>> | undefined>
>

/** One look at one page, from its `page_view` on. */
export interface View {
  readonly _startedAt: number
  /** Path, and with `data-hash` the route, as the page has it; a change makes a new view. */
  readonly _route: string
  /** What its events say of it; the title is known from the `page_view` on. */
  readonly _wire: Pick<WireEvent, 'view' | 'url'> & {
    readonly referrer?: string | undefined
    title?: string
  }
}

/** An event before it is known whose it is. */
type Draft = Omit<WireEvent, 'session'>

export let view: View
/** Runs at every beat, and right before leaving with `true`. */
export type Beat = (isLeaving?: boolean) => void

export const beats: Beat[] = []

const held: Draft[] = []
const seen: Record<string, readonly [at: number, source: string, item: unknown]> = {}
/** How many events may still be told; refilled at each beat. */
let tokens = BURST_EVENTS

const deliver = (event: Draft) => {
  const { consent } = config
  window.pique?.log?.push([consent, event])
  if (consent === 'pending') held.push(event)
  // A page's own props may be too large, or have no JSON at all: that throws.
  if (consent !== 'granted' || JSON.stringify(event).length > MAX_EVENT_CHARS) return
  // Where cookies are blocked, everybody is cookieless.
  const [browser, session, isNew] = guard(visit)(event.at) ?? ([] as Visit)
  // JSON leaves out what is undefined, as the wire's optional fields ask for.
  const told = { ...event, session } as WireEvent
  const start = { ...told, id: createId(event.at), type: 'session_start', props: {} }
  add(isNew ? [start, told] : [told], browser, event.type === 'page_view')
}

export function track(type: string, props: EventProps = {}, at = Date.now()): void {
  const { exclude } = config
  if (tokens < 1 || (exclude && endsWithOneOf('^', exclude).test(view._route))) return
  tokens--
  deliver({ id: createId(at), type, at, props, ...view._wire } as Draft)
}

/** Tracks an action unless it was seen within `SAME_ACTION_MS`, by another source or for the same
 *  item; answers whether it did. */
export function act(
  type: string,
  props: EventProps,
  source: string,
  item: unknown = props.item_id,
): boolean | undefined {
  const at = Date.now()
  const [lastAt = 0, lastSource, lastItem] = seen[type] ?? []
  if (at - lastAt < SAME_ACTION_MS && (lastSource !== source || lastItem === item)) return
  seen[type] = [at, source, item]
  track(type, props)
  return true
}

export const beat = (isLeaving?: boolean): void => {
  for (const run of beats) guard(run)(isLeaving)
  if (isLeaving) return
  tokens = Math.min(BURST_EVENTS, tokens + REFILL_EVENTS)
  tend()
}

/** Another page is looked at; the last one may still report. */
export function show(next: View): void {
  if (view) beat(true)
  view = next
}

export function decide(decision: string): void {
  config.consent = decision
  person._isAsked = decision === 'granted'
  if (!person._isAsked) forgetMine()
  guard(settle)()
  for (const event of held.splice(0)) guard(deliver)(event)
}

/** Begins to beat. */
export function startCore(): void {
  // Both, since browsers differ: Safari closes tabs without the first, Chrome on Android freezes them
  // without the second. What the first one sent is on the wire and not sent again by the second; being
  // shown is told as well, and has nothing to do.
  listen('visibilitychange pagehide', () => {
    beat(true)
    hide()
  })
  setInterval(beat, BEAT_MS)
}
