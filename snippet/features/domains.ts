/**
 * Takes over the browser id from another domain of the owner's, which shares no cookies: a link there
 * carries it once, as `?_pq=BROWSER`. It is taken from a page of those domains alone, so nobody else can
 * make a visitor somebody of their choice. How links come to carry it, and addresses to lose it, is in
 * `extras/links.ts`.
 */
import { config, endsWithOneOf, loadExtra } from '../config.ts'
import { guard } from '../listen.ts'
import { browserIn, renew } from '../visitor.ts'

export function domains(): void {
  guard(() => {
    if (!config.domains) return
    loadExtra('links')
    const carried = browserIn(location.search)
    // None has no host.
    const from = document.referrer.split(/[/:]+/)[1] as string
    if (carried && endsWithOneOf('^(.*\\.)?', config.domains).test(from)) renew(carried)
  })()
}
