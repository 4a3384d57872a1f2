/** Puts the parts together and answers the page's calls. */
import { type Config, config, configure, isAuto, loadExtra } from './config.ts'
import {
  act,
  type Beat,
  beat,
  beats,
  decide,
  type EventProps,
  startCore,
  track,
  view,
} from './core.ts'
import { attention } from './features/attention.ts'
import { clicks } from './features/clicks.ts'
import { domains } from './features/domains.ts'
import { extras } from './features/extras.ts'
import { forms } from './features/forms.ts'
import { pages } from './features/pages.ts'
import { guard } from './listen.ts'
import { startTransport } from './transport.ts'
import { renew } from './visitor.ts'

/** A call as the page made it: name, then what the call takes. */
type Call = readonly [name: string, ...given: unknown[]]

/** What the page may call; the tag's own files too. */
export type Calls = Record<string, (...given: never[]) => unknown>

/** `pique(name, …)` puts a call into `q`: a list until the tag runs, then what answers at once. So a page
 *  may keep the function it began with. */
export interface Pique {
  (...call: readonly unknown[]): unknown
  q?: Call[] | { push(call: Call): unknown }
  /** The options as the tag uses them, for its own files. */
  config?: Config
  /** What became of every event, since somebody asked for it. */
  log?: { push(entry: readonly [verdict: string | undefined, event: object]): unknown }
}

declare global {
  interface Window {
    pique?: Pique
    readonly dataLayer?: Iterable<unknown>
  }
  interface Document {
    readonly prerendering?: boolean
  }
}

/** Runs the tag once on a page, from when the page is first seen: not while it is prerendered, not in
 *  a tab opened in the background. What helps the owner runs in any case. */
export function start(options: Config): void {
  // What the page calls with anything is given on as it is.
  window.pique ??= (...call) => push(call as unknown as Call)
  const stub = window.pique
  if (stub.config) return
  // A list until now.
  const early = (stub.q ?? []) as Call[]
  configure(options)
  // What is no plain value is left out by JSON or by the collector.
  const calls: Calls = {}
  const push = guard((call: Call) => {
    const [name, ...given] = call
    const run = calls[name]
    if (run) run(...(given as never[]))
    else {
      early.push(call)
      loadExtra('more', view || name === 'debug')
    }
  })
  const learn = (more?: Calls) => {
    Object.assign(calls, more)
    early.splice(0).forEach(push)
  }
  calls.learn = learn
  stub.q = { push }
  stub.config = config
  loadExtra('verify', location.hash.includes('pique-verify'))
  if (config.site && !guard(() => localStorage.pique_ignore)()) {
    calls.consent = decide
    domains()
    const page = pages()
    const watch = forms()
    const alive = attention()
    extras()
    if (isAuto) clicks()
    startCore(() => {
      page()
      learn({
        watch,
        act,
        alive,
        beat: (run: Beat) => beats.push(run),
        page,
        reset: () => renew(),
        // Each call is an action of its own, unless a form or a data layer has just told the same.
        track: (name: string, props: EventProps = {}) => act(name, props, 'call', {}),
        identify: (who: string, traits: EventProps, options?: EventProps) =>
          track('identify', { [/@/.test(who) ? 'email' : 'user_id']: who, traits, ...options }),
      })
      beat(true)
    })
    startTransport()
  }
  learn()
  beat()
}
