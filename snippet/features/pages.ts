/**
 * `page_view`: one per load, per changed path, per return from the back/forward cache. Titles of
 * in-page navigations are set after the address changes, so those views are reported a moment late,
 * with the time of the change; leaving sooner reports them then.
 */
import { cleanPageUrl, cleanUrl, maskSecrets, routeOf } from '../clean-url.ts'
import type { Core } from '../core.ts'
import { createId } from '../id.ts'
import { guard, listen } from '../listen.ts'

const TITLE_SETTLES_MS = 100

declare global {
  interface Window {
    readonly navigation?: EventTarget
  }
}

/** Follows in-page navigation; the answer reports the current page, which nothing here does by itself. */
export function pages(core: Core): () => void {
  const hashIsRoute = core._config._hash
  let reported = true

  const route = () => location.pathname + (hashIsRoute ? routeOf(location.hash) : '')

  const report = () => {
    const view = core._view
    if (reported || !view) return
    reported = true
    view._title = maskSecrets(document.title)
    core._track('page_view', undefined, { _at: view._startedAt, _view: view, _atOnce: true })
    core._beat('viewed')
  }

  const begin = (referrer: string) => {
    core._beat('leaving')
    const now = Date.now()
    core._view = {
      _id: createId(now),
      _startedAt: now,
      _route: route(),
      _url: cleanPageUrl(location.href, hashIsRoute),
      _referrer: referrer && cleanUrl(referrer),
    }
    reported = false
  }

  const follow = () => {
    const old = core._view
    if (!old || old._route === route()) return
    begin(old._url)
    setTimeout(guard(report), TITLE_SETTLES_MS)
  }

  const viewAgain = () => {
    begin(core._view ? core._view._referrer : document.referrer)
    report()
  }

  core._onBeat((beat) => beat === 'leaving' && report())
  listen('pageshow', (event: PageTransitionEvent) => event.persisted && viewAgain())

  if (window.navigation) {
    // Also sees a router that kept `pushState` from before the tag loaded, and leaves history alone.
    listen('currententrychange', follow, window.navigation)
  } else {
    for (const name of ['pushState', 'replaceState'] as const) {
      // A proxy keeps name, arity, answer and exceptions.
      history[name] = new Proxy(history[name], {
        apply(original, self, args) {
          const answer: unknown = Reflect.apply(original, self, args)
          guard(follow)()
          return answer
        },
      })
    }
    listen('popstate hashchange', follow)
  }
  return viewAgain
}
