/**
 * `page_view`: one per load, per changed path, per return from the back/forward cache. Titles of
 * in-page navigations are set after the address changes, so those views are reported a moment late,
 * with the time of the change; leaving sooner reports them then.
 */
import { cleanUrl, maskSecrets, routeOf } from '../clean-url.ts'
import type { Core } from '../core.ts'
import { createId } from '../id.ts'
import { guard, listen } from '../listen.ts'

const TITLE_SETTLES_MS = 100
const LOOK_MS = 200
const MAX_TITLE_CHARS = 300

declare global {
  interface Window {
    readonly navigation?: EventTarget
  }
}

/** Follows in-page navigation; the answer reports the current page, which nothing here does by itself. */
export function pages(core: Core): () => void {
  const { _hash } = core._config

  const route = () => location.pathname + (_hash ? routeOf(location.hash) : '')

  const report = () => {
    const view = core._view
    if (!view || view._title !== undefined) return
    view._title = maskSecrets(document.title.slice(0, MAX_TITLE_CHARS))
    core._track('page_view', { webdriver: navigator.webdriver || undefined }, view._startedAt)
  }

  const begin = (referrer: string) => {
    core._beat(true)
    const now = Date.now()
    core._view = {
      _id: createId(now),
      _startedAt: now,
      _route: route(),
      _url: cleanUrl(location.href, _hash),
      _referrer: referrer && cleanUrl(referrer),
    }
  }

  const follow = () => {
    const old = core._view
    if (!old || old._route === route()) return
    begin(old._url)
    setTimeout(guard(report), TITLE_SETTLES_MS)
  }

  const viewAgain = () => {
    begin(document.referrer)
    report()
  }

  core._beats.push((isLeaving) => isLeaving && report())
  listen('pageshow', (event: PageTransitionEvent) => event.persisted && viewAgain())
  // Either way also sees a router that kept `pushState` from before the tag loaded, and leaves history
  // alone.
  if (window.navigation) listen('currententrychange', follow, window.navigation)
  else setInterval(guard(follow), LOOK_MS)
  return viewAgain
}
