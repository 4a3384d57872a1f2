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

/** `pique(name, …)`; until the tag runs, calls wait in `q`. */
export interface Pique {
  (...call: readonly unknown[]): void
  q?: Iterable<unknown>[]
  /** The site that the running tag reports for. */
  site?: string
}

declare global {
  interface Window {
    pique?: Pique
  }
}

/** Starts to observe and returns what a call does. */
function observe(config: Config): Pique {
  const core = createCore(config)
  const visitor = core._visitor
  const viewAgain = pages(core)
  commerce(core)
  forms(core)
  attention(core)
  if (config._auto) {
    clicks(core)
    search(core)
  }

  // The page hands over anything; what is no plain value is left out by JSON or by the collector.
  const calls: Readonly<Record<string, (...given: never[]) => void>> = {
    consent: core._decide,
    page: viewAgain,
    reset: visitor._forget,
    // Each call is an action of its own, unless a form or a data layer has just told the same.
    track(name: string, props: EventProps = {}) {
      core._act(name, props, 'call', {})
    },
    identify(who: string, traits: EventProps, options?: { readonly signature?: string }) {
      core._track('identify', {
        [/@/.test(who) ? 'email' : 'user_id']: `${who}`,
        traits,
        signature: options?.signature,
      })
    },
    is(audience: string, callback: (is: boolean) => void) {
      const browser = visitor._browser()
      const asked = browser
        ? fetch(
            `${config._host}/is?site=${config._site}&browser=${browser}&audience=${audience}`,
          ).then((answer) => answer.json())
        : Promise.reject()
      asked
        .then(
          (answer) => answer.is === true,
          () => false,
        )
        .then(callback)
    },
  }
  return guard((name, ...given) => calls[name as string]?.(...(given as never[])))
}

/** Runs the tag once on a page, from when the page is first seen: not while it is prerendered, not in
 *  a tab opened in the background. */
export function start(config: Config): void {
  window.pique ??= (...call) => {
    stub.q = [...(stub.q ?? []), call]
  }
  const stub = window.pique
  if (stub.site || !config._site) return
  stub.site = config._site
  // Storage that throws on access keeps nobody out.
  let isIgnored = false
  guard(() => {
    isIgnored = localStorage.pique_ignore === '1'
  })()
  const run = () => {
    if (isIgnored || document.hidden || window.pique !== stub) return
    const pique = observe(config)
    pique.site = stub.site as string
    window.pique = pique
    const early = stub.q ?? []
    // A decision that came before the tag holds from the first event on.
    const isDecision = ([name]: Iterable<unknown>) => name === 'consent'
    for (const call of early) if (isDecision(call)) pique(...call)
    pique('page')
    for (const call of early) if (!isDecision(call)) pique(...call)
  }
  listen('visibilitychange prerenderingchange', run)
  guard(run)()
}
