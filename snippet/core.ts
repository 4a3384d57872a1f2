/**
 * What every feature works with: the page that is being looked at, a way to report on it, and beats
 * to act on: one every second, and one right before the page is hidden or left, while its events can
 * still be sent.
 */
import type { PropValue, WireEvent } from '../shared/wire.ts'
import { type Config, endsWithOneOf } from './config.ts'
import { createId } from './id.ts'
import { BEAT_MS, SAME_ACTION_MS } from './limits.ts'
import { guard, listen } from './listen.ts'
import { createTransport } from './transport.ts'
import { createVisitor, type Visitor } from './visitor.ts'

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
interface Draft extends Record<string, unknown> {
  readonly type: string
  readonly at: number
}

export interface Core {
  readonly _config: Config
  readonly _visitor: Visitor
  /** Whether to capture what nobody has marked. */
  readonly _auto: boolean
  _view?: View
  readonly _track: (type: string, props?: EventProps, at?: number) => void
  /** Tracks an action unless it was seen within `SAME_ACTION_MS`, by another source or for the same
   *  item; answers whether it did. */
  readonly _act: (
    type: string,
    props: EventProps,
    source: string,
    item?: unknown,
  ) => boolean | undefined
  readonly _beats: ((isLeaving?: boolean) => void)[]
  readonly _beat: (isLeaving?: boolean) => void
  readonly _decide: (consent: string) => void
}

export function createCore(config: Config): Core {
  const visitor = createVisitor(config)
  const excludes = endsWithOneOf('^', config.exclude ?? '')
  const transport = createTransport(config, visitor._mayStore)
  const seen: Record<string, readonly [at: number, source: string, item: unknown]> = {}
  const held: Draft[] = []

  const deliver = (event: Draft) => {
    if (visitor._consent === 'pending') held.push(event)
    if (visitor._consent !== 'granted') return
    const [browser, session, isNew] = visitor._visit(event.at)
    if (isNew) deliver({ ...event, type: 'session_start', props: {} })
    transport._add(
      // JSON leaves out what is undefined, as the wire's optional fields ask for.
      { ...event, id: createId(event.at), session } as WireEvent,
      browser,
      visitor._human,
    )
  }

  const core: Core = {
    _config: config,
    _visitor: visitor,
    _auto: config.auto !== 'off',
    _track(type, props, at = Date.now()) {
      const view = core._view
      if (view && !excludes.test(view._route)) deliver({ type, at, props, ...view._wire })
    },
    _act(type, props, source, item = props.item_id) {
      const at = Date.now()
      const [lastAt = 0, lastSource, lastItem] = seen[type] ?? []
      if (at - lastAt < SAME_ACTION_MS && (lastSource !== source || lastItem === item)) return
      seen[type] = [at, source, item]
      core._track(type, props)
      return true
    },
    _beats: [],
    _beat(isLeaving) {
      if (core._view) for (const run of core._beats) guard(run)(isLeaving)
    },
    _decide(consent) {
      visitor._decide(consent)
      held.splice(0).forEach(guard(deliver))
      // Last, since it throws where storage is blocked.
      if (consent !== 'granted') transport._forget()
    },
  }

  // Both, since browsers differ: Safari closes tabs without the first, Chrome on Android freezes them
  // without the second. What the first one sent is on the wire and not sent again by the second; being
  // shown again is told as well, and finds nothing to do.
  listen('visibilitychange pagehide', () => {
    core._beat(true)
    transport._hide()
  })
  setInterval(core._beat, BEAT_MS)
  return core
}
