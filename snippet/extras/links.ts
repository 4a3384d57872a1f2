/** Links to the owner's other domains hand the browser id over, once, as `?_pq=BROWSER`. */
import { endsWithOneOf } from '../config.ts'
import { listen } from '../listen.ts'
import { findInPath } from '../markup.ts'
import { browserIn } from '../visitor.ts'

const { href } = location
// What this page was handed over, the tag has taken; the address is to be shared without it.
const [carried, before = '', after] = /([?&])_pq=[\w-]{36}(&?)/.exec(href) ?? []
if (carried) history.replaceState(history.state, '', href.replace(carried, after ? before : ''))

const theirs = endsWithOneOf('^(.*\\.)?', window.pique?.config?.domains)
listen('click auxclick', (event) => {
  // What has an address is a link.
  const link = findInPath(event, 'a[href]') as HTMLAnchorElement | undefined
  // The cookie, since it is there only while storing is allowed.
  const browser = browserIn(document.cookie)
  if (!link || !browser || link.hostname === location.hostname || !theirs.test(link.hostname))
    return
  const written = link.getAttribute('href') ?? ''
  link.search += `${link.search && '&'}_pq=${browser}`
  // The way it leads is taken once the handlers are done; the link stays as it was.
  setTimeout(() => link.setAttribute('href', written))
})
