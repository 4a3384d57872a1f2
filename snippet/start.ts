/** Puts the parts together and answers the page's calls. */
import type { Config } from './config.ts'
import { createCore, type EventProps } from './core.ts'
import { attention } from './features/attention.ts'
import { clicks } from './features/clicks.ts'
import { commerce } from './features/commerce.ts'
import { forms } from './features/forms.ts'
import { pages } from './features/pages.ts'
import { search } from './features/search.ts'
import { guard, listen } from './listen.ts'

/** A call as the page made it: name, then what the call takes. */
type Call = Iterable<unknown> & ArrayLike<unknown>

/** `pique(name, …)` puts a call into `q`: a list until the tag runs, then what answers at once. So a page
 *  may keep the function it began with. */
export interface Pique {
  (...call: readonly unknown[]): unknown
  q?: { push(call: Call): unknown }
}

declare global {
  interface Window {
    pique?: Pique
  }
}

/** Starts to observe and returns what a call does. */
function observe(config: Config): (call: Call) => unknown {
  const core = createCore(config)
  const visitor = core._visitor
  const viewAgain = pages(core)
  commerce(core)
  forms(core)
  attention(core)
  if (core._auto) {
    clicks(core)
    search(core)
  }

  // The page hands over anything; what is no plain value is left out by JSON or by the collector.
  const calls: Readonly<Record<string, (...given: never[]) => void>> = {
    consent: core._decide,
    page: viewAgain,
    reset: visitor._forget,
    // Each call is an action of its own, unless a form or a data layer has just told the same.
    track: (name: string, props: EventProps = {}) => core._act(name, props, 'call', {}),
    identify(who: string, traits: EventProps, options?: { readonly signature?: string }) {
      core._track('identify', {
        [/@/.test(who) ? 'email' : 'user_id']: who,
        traits,
        ...options,
      })
    },
    is(audience: string, callback: (is: boolean) => void) {
      const [, browser] = visitor._read()
      const answer = (found?: { readonly is?: unknown }) => callback(!!found?.is)
      if (browser)
        fetch(`${config.host}/is?site=${config.site}&browser=${browser}&audience=${audience}`)
          .then((response) => response.json())
          .then(answer, answer)
      else answer()
    },
  }
  return guard(([name, ...given]) => calls[name as string]?.(...(given as never[])))
}

/** Runs the tag once on a page, from when the page is first seen: not while it is prerendered, not in
 *  a tab opened in the background. */
export function start(config: Config): void {
  window.pique ??= (...call) => stub.q?.push(call)
  const stub: Pique = window.pique
  stub.q ??= []
  if (!config.site || guard(() => localStorage.pique_ignore)()) return
  const run = () => {
    const early = stub.q
    if (document.hidden || !Array.isArray(early)) return
    const push = observe(config)
    stub.q = { push }
    // A decision that came before the tag holds from the first event on.
    for (const call of early) if (call[0] === 'consent') push(call)
    push(['page'])
    for (const call of early) if (call[0] !== 'consent') push(call)
  }
  listen('visibilitychange', run)
  run()
}
