/** Puts the parts together and answers the page's calls. */
import { type Config, config, configure, isAuto, loadExtra } from './config.ts'
import { act, beat, decide, type EventProps, startCore, track } from './core.ts'
import { attention } from './features/attention.ts'
import { clicks } from './features/clicks.ts'
import { domains } from './features/domains.ts'
import { embeds } from './features/embeds.ts'
import { forms } from './features/forms.ts'
import { pages } from './features/pages.ts'
import { guard, listen } from './listen.ts'
import { startTransport } from './transport.ts'
import { renew } from './visitor.ts'

/** A call as the page made it: name, then what the call takes. */
type Call = readonly [name: string, ...given: unknown[]]

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
  const pique: Pique = window.pique ?? ((...call) => pique.q?.push(call as unknown as Call))
  window.pique = pique
  if (pique.config) return
  pique.config = configure(options)
  // A list until the tag runs.
  pique.q ??= []
  if (/pique-verify/.test(location.hash)) loadExtra('verify')
  // What is no plain value is left out by JSON or by the collector.
  const calls: Record<string, (...given: never[]) => unknown> = {
    debug: () => loadExtra('debug'),
    is: (...given) => loadExtra('is', ...given),
  }
  const push = guard(([name, ...given]: Call) => calls[name]?.(...(given as never[])))
  let hasArrived: boolean | undefined
  const arrive = () => {
    if (hasArrived || document.hidden || document.prerendering) return
    hasArrived = true
    let early = pique.q as Call[]
    pique.q = { push }
    if (config.site && !guard(() => localStorage.pique_ignore)()) {
      startCore()
      domains()
      calls.consent = decide
      // What was decided by now holds from the first view on. A page may have left anything there.
      early = early.filter((call) => call?.[0] !== 'consent' || push(call))
      calls.page = pages()
      embeds(forms())
      calls.alive = attention()
      if (isAuto) clicks()
      calls.reset = () => renew()
      // Each call is an action of its own, unless a form or a data layer has just told the same.
      calls.track = (name: string, props: EventProps = {}) => act(name, props, 'call', {})
      calls.identify = (who: string, traits: EventProps, options?: EventProps) =>
        track('identify', { [/@/.test(who) ? 'email' : 'user_id']: who, traits, ...options })
      calls.page()
      beat(true)
      startTransport()
    }
    early.forEach(push)
  }
  listen('visibilitychange prerenderingchange', arrive)
  arrive()
}
