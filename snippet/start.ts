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
  q?: ArrayLike<unknown>[]
  /** The site that the running tag reports for. */
  site?: string
}

declare global {
  interface Window {
    pique?: Pique
  }
}

/** Starts to observe and returns what a call does. */
function observe(config: Config, early: readonly ArrayLike<unknown>[]): Pique {
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

  const call = (...[name, first, second, third]: readonly unknown[]) => {
    const text = String(first || '')
    // The page hands over anything; what is no plain value is left out by JSON or by the collector.
    const props = second as EventProps | undefined
    if (name === 'consent') core._decide(text === 'granted' ? text : 'denied')
    if (name === 'page') viewAgain()
    if (name === 'reset') visitor._forget()
    // Each call is an action of its own, unless a form or a data layer has just told the same.
    if (name === 'track' && text && core._isFirst(text, name, {})) core._track(text, props)
    if (name === 'identify' && text) {
      // The same holds for this; `Object` turns a missing argument into an empty object.
      const { signature } = Object(third) as { signature?: string }
      const key = text.includes('@') ? 'email' : 'user_id'
      core._track(name, { [key]: text, traits: props, signature }, { _atOnce: true })
    }
    if (name === 'is') {
      const browser = visitor._browser()
      const asked = browser
        ? fetch(
            `${config._host}/is?${new URLSearchParams({ site: config._site, browser, audience: text })}`,
          ).then((answer) => answer.json())
        : Promise.reject()
      asked
        .then(
          (answer) => answer.is === true,
          () => false,
        )
        // `then` passes over what is no function.
        .then(second as (is: boolean) => void)
    }
  }

  // A decision that came before the tag holds from the first event on.
  const isConsent = (args: ArrayLike<unknown>) => args[0] === 'consent'
  const answer: Pique = guard(call)
  for (const args of early) if (isConsent(args)) answer(...Array.from(args))
  viewAgain()
  for (const args of early) if (!isConsent(args)) answer(...Array.from(args))
  return answer
}

/** Runs the tag once on a page, from when the page is first seen: not while it is prerendered, not in
 *  a tab opened in the background. */
export function start(config: Config): void {
  if (window.pique?.site || !config._site) return
  const calls: ArrayLike<unknown>[] = window.pique?.q ?? []
  const stub: Pique = (...call) => calls.push(call)
  stub.site = config._site
  window.pique = stub
  try {
    if (localStorage.pique_ignore === '1') return
  } catch {
    // Storage is blocked, so nobody asked there to be left out.
  }
  let isRunning = false
  const run = () => {
    if (isRunning || document.hidden) return
    isRunning = true
    window.pique = observe(config, calls)
    window.pique.site = config._site
  }
  listen('visibilitychange prerenderingchange', run)
  guard(run)()
}
