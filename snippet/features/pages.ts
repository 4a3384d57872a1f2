/**
 * `page_view`: one per load, per changed path, per return from the back/forward cache. Titles of
 * in-page navigations are set after the address changes, so those views are reported a moment late,
 * with the time of the change; leaving sooner reports them then.
 */
import { cleanUrl, maskSecrets } from '../clean-url.ts'
import { config } from '../config.ts'
import { beats, show, track, view } from '../core.ts'
import { createId } from '../id.ts'
import { TITLE_SETTLES_MS } from '../limits.ts'
import { guard, listen } from '../listen.ts'

declare global {
  interface Window {
    readonly navigation?: EventTarget
  }
}

/** Begins the first view, and follows in-page navigation; the answer begins another view by hand. */
export function pages(): () => void {
  /** The part of a fragment that is a route (`#/pricing`, `#!/pricing`), without its own query. */
  const hashRoute = () =>
    (config.hash ?? 'off') === 'off' ? '' : location.hash.replace(/^#(?!!?\/).*|\?.*/, '')
  const route = () => location.pathname + hashRoute()

  const begin = (from?: string) => {
    const now = Date.now()
    show({
      _startedAt: now,
      _route: route(),
      _wire: {
        view: createId(now),
        url: cleanUrl(location.href) + maskSecrets(hashRoute()),
        // None has no address.
        referrer: from ?? guard(cleanUrl)(document.referrer),
      },
    })
  }

  const report = () => {
    if (view._wire.title !== undefined) return
    view._wire.title = maskSecrets(document.title)
    track('page_view', { webdriver: navigator.webdriver || undefined }, view._startedAt)
  }

  const follow = () => {
    if (view._route === route()) return
    begin(view._wire.url)
    setTimeout(guard(report), TITLE_SETTLES_MS)
  }

  const viewAgain = () => {
    begin()
    report()
  }

  // The beat is for browsers without the Navigation API.
  beats.push((isLeaving) => (isLeaving ? report() : follow()))
  listen('pageshow', (event: PageTransitionEvent) => event.persisted && viewAgain())
  // Either way also sees a router that kept `pushState` from before the tag loaded, and leaves history
  // alone.
  listen('currententrychange', follow, window.navigation)
  return viewAgain
}
