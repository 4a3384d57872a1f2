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
import { add, forgetMine, hide } from './transport.ts'
import { person, settle, visit } from './visitor.ts'

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

export let view: View | undefined
/** Runs at every beat, and right before leaving with `true`. */
export type Beat = (isLeaving?: boolean) => void

export const beats: Beat[] = []

const held: Draft[] = []
const seen: Record<string, readonly [at: number, source: string, item: unknown]> = {}
let excludes: RegExp
/** How many events may still be told; refilled at each beat. */
let tokens = BURST_EVENTS

const deliver = (event: Draft, verdict = config.consent as string) => {
  window.pique?.log?.push([verdict, event])
  if (verdict === 'pending') held.push(event)
  if (verdict !== 'granted') return
  // A page's own props may be too large, or have no JSON at all: that throws.
  if (JSON.stringify(event).length > MAX_EVENT_CHARS) return
  const [browser, session, isNew] = visit(event.at)
  // JSON leaves out what is undefined, as the wire's optional fields ask for.
  const told = { ...event, session } as WireEvent
  if (isNew) add({ ...told, id: createId(event.at), type: 'session_start', props: {} }, browser)
  add(told, browser, event.type === 'page_view')
}

export function track(type: string, props: EventProps = {}, at = Date.now()): void {
  if (view && tokens > 0) {
    tokens--
    deliver(
      { id: createId(at), type, at, props, ...view._wire } as Draft,
      excludes.test(view._route) ? 'excluded' : config.consent,
    )
  }
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

let arrive: undefined | (() => void)

export const beat = (isLeaving?: boolean): void => {
  tokens = Math.min(BURST_EVENTS, tokens + REFILL_EVENTS)
  if (view) for (const run of beats) guard(run)(isLeaving)
  else if (!document.hidden && !document.prerendering) arrive?.()
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

/** Begins to beat; `onArrival` runs once the page is seen, and begins its first view. */
export function startCore(onArrival: () => void): void {
  arrive = onArrival
  excludes = endsWithOneOf('^', config.exclude)
  // Both, since browsers differ: Safari closes tabs without the first, Chrome on Android freezes them
  // without the second. What the first one sent is on the wire and not sent again by the second; being
  // shown is told as well, at first with everything to do, and again with nothing.
  listen('visibilitychange pagehide', () => {
    beat(true)
    hide()
  })
  setInterval(guard(beat), BEAT_MS)
}
