/**
 * What every feature works with: the page that is being looked at, a way to report on it, and beats
 * to act on: one every second, one right before the page is hidden or left, while its events can
 * still be sent, and one after each `page_view`.
 */
import type { PropValue, WireEvent } from '../shared/wire.ts'
import { maskSecrets } from './clean-url.ts'
import type { Config, Consent } from './config.ts'
import { createId } from './id.ts'
import { guard, listen } from './listen.ts'
import { createTransport } from './transport.ts'
import { createVisitor, type Visitor } from './visitor.ts'

const BEAT_MS = 1_000
const MAX_TITLE_CHARS = 300
const MAX_HELD = 200
const SAME_ACTION_MS = 2_000

export type Beat = 'second' | 'leaving' | 'viewed'

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
  _title?: string
}

/** `atOnce` sends without gathering; `view` and `at` are for what is reported later than it happened. */
export interface TrackOptions {
  readonly _atOnce?: boolean
  readonly _view?: View | undefined
  readonly _at?: number
}

export interface Core {
  readonly _config: Config
  readonly _visitor: Visitor
  _view: View | undefined
  readonly _track: (type: string, props?: EventProps, options?: TrackOptions) => void
  /** Whether this is the first sight of an action: the same one seen again within `SAME_ACTION_MS`, by
   *  another source or for the same item, is not. */
  readonly _isFirst: (type: string, source: string, item?: unknown) => boolean
  readonly _onBeat: (run: (beat: Beat) => void) => void
  readonly _beat: (beat: Beat) => void
  readonly _decide: (consent: Consent) => void
}

export function createCore(config: Config): Core {
  const visitor = createVisitor(config)
  const transport = createTransport(config._site, `${config._host}/e`, visitor._mayStore)
  const beats: ((beat: Beat) => void)[] = []
  const seen: Record<string, { _at: number; _source: string; _item: unknown } | undefined> = {}
  let held: (() => void)[] = []

  const track: Core['_track'] = (
    type,
    props,
    { _view: view = core._view, _at = Date.now(), _atOnce = false } = {},
  ) => {
    if (!view || config._excludes.test(view._route)) return
    if (visitor._consent === 'pending' && held.length < MAX_HELD)
      held.push(() => track(type, props, { _view: view, _at, _atOnce }))
    if (visitor._consent !== 'granted') return
    const session = visitor._session(_at)
    const add = (type: string, props: EventProps | undefined) => {
      const event = {
        id: createId(_at),
        type,
        at: _at,
        session: session?._id,
        view: view._id,
        url: view._url,
        referrer: view._referrer || undefined,
        title: (view._title || maskSecrets(document.title)).slice(0, MAX_TITLE_CHARS),
        props,
      }
      transport._add(
        // JSON leaves out what is undefined, as the wire's optional fields ask for.
        { e: event as WireEvent, b: visitor._browser(), h: visitor._human },
        _atOnce,
      )
    }
    const webdriver = navigator.webdriver || undefined
    if (session?._isNew) add('session_start', { webdriver })
    add(type, !session && type === 'page_view' ? { ...props, webdriver } : props)
  }

  const beat = (kind: Beat) => {
    if (core._view) for (const run of beats) guard(run)(kind)
  }
  // Both, since browsers differ: Safari closes tabs without the first, Chrome on Android freezes them
  // without the second. What the first one sent is on the wire and not sent again by the second.
  listen('visibilitychange pagehide', (event) => {
    if (event.type === 'pagehide' || document.hidden) {
      beat('leaving')
      transport._hide()
    }
  })
  setInterval(() => beat('second'), BEAT_MS)

  const core: Core = {
    _config: config,
    _visitor: visitor,
    _view: undefined,
    _track: track,
    _isFirst(type, _source, _item) {
      const _at = Date.now()
      const last = seen[type]
      if (
        last &&
        _at - last._at < SAME_ACTION_MS &&
        (last._source !== _source || last._item === _item)
      )
        return false
      seen[type] = { _at, _source, _item }
      return true
    },
    _onBeat: (run) => beats.push(run),
    _beat: beat,
    _decide(consent) {
      const waiting = held
      held = []
      if (consent !== 'granted') guard(transport._forget)()
      visitor._decide(consent)
      if (consent === 'granted') for (const run of waiting) run()
    },
  }
  return core
}
