/**
 * What every feature works with: the page that is being looked at, a way to report on it, and beats
 * to act on: one every second, and one right before the page is hidden or left, while its events can
 * still be sent.
 */
import type { PropValue, WireEvent } from '../shared/wire.ts'
import type { Config } from './config.ts'
import { createId } from './id.ts'
import { guard, listen } from './listen.ts'
import { createTransport } from './transport.ts'
import { createVisitor, type Visitor } from './visitor.ts'

const BEAT_MS = 1_000
const SAME_ACTION_MS = 2_000

/** Props on their way out; a missing value is left out of the event. */
export type EventProps = Readonly<
  Record<string, PropValue | Readonly<Record<string, unknown>> | undefined>
>

/** One look at one page, from its `page_view` on. */
export interface View {
  readonly _id: string
  readonly _startedAt: number
  /** Path, and with `data-hash` the route, as the page has it; a change makes a new view. */
  readonly _route: string
  readonly _url: string
  readonly _referrer: string
  /** Known from the `page_view` on. */
  _title?: string
}

export interface Core {
  readonly _config: Config
  readonly _visitor: Visitor
  _view: View | undefined
  readonly _track: (type: string, props?: EventProps, at?: number) => void
  /** Tracks an action unless it was seen within `SAME_ACTION_MS`, by another source or for the same
   *  item; answers whether it did. */
  readonly _act: (type: string, props: EventProps, source: string, item?: unknown) => boolean
  readonly _beats: ((isLeaving: boolean) => void)[]
  readonly _beat: (isLeaving: boolean) => void
  readonly _decide: (consent: string) => void
}

export function createCore(config: Config): Core {
  const visitor = createVisitor(config)
  const transport = createTransport(config._site, `${config._host}/e`, visitor._mayStore)
  const seen: Record<string, readonly [at: number, source: string, item: unknown]> = {}
  let held: WireEvent[] = []

  const deliver = (event: WireEvent) => {
    if (visitor._consent === 'pending') held.push(event)
    if (visitor._consent !== 'granted') return
    const { _browser, _session, _isNew } = visitor._visit(event.at)
    const add = (type: string, props: WireEvent['props']) =>
      transport._add(
        {
          // JSON leaves out what is undefined, as the wire's optional fields ask for.
          e: { ...event, id: createId(event.at), type, session: _session, props } as WireEvent,
          b: _browser,
          h: visitor._human,
        },
        event.type === 'page_view',
      )
    if (_isNew) add('session_start', {})
    add(event.type, event.props)
  }

  const core: Core = {
    _config: config,
    _visitor: visitor,
    _view: undefined,
    _track(type, props, at = Date.now()) {
      const view = core._view
      if (view && !config._excludes.test(view._route))
        // The id is given, and what is undefined left out, on delivery.
        deliver({
          type,
          at,
          view: view._id,
          url: view._url,
          referrer: view._referrer || undefined,
          title: view._title,
          props,
        } as WireEvent)
    },
    _act(type, props, source, item = props.item_id) {
      const at = Date.now()
      const [lastAt = 0, lastSource, lastItem] = seen[type] ?? []
      if (at - lastAt < SAME_ACTION_MS && (lastSource !== source || lastItem === item)) return false
      seen[type] = [at, source, item]
      core._track(type, props)
      return true
    },
    _beats: [],
    _beat(isLeaving) {
      if (core._view) for (const run of core._beats) guard(run)(isLeaving)
    },
    _decide(consent) {
      const waiting = held
      held = []
      if (consent !== 'granted') guard(transport._forget)()
      visitor._decide(consent)
      for (const event of waiting) deliver(event)
    },
  }

  // Both, since browsers differ: Safari closes tabs without the first, Chrome on Android freezes them
  // without the second. What the first one sent is on the wire and not sent again by the second; being
  // shown again is told as well, and finds nothing to do.
  listen('visibilitychange pagehide', () => {
    core._beat(true)
    transport._hide()
  })
  setInterval(() => core._beat(false), BEAT_MS)
  return core
}
