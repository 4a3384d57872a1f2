/**
 * What only some pages have: a shop or something that the owner has marked, a data layer, a video, links to
 * the owner's other domains, forms in frames; and the calls that few pages make. Loaded by the tag where
 * there are signs of any, or a call that it does not know itself; works by the tag's calls alone.
 */
import { config, configure, isAuto, loadExtra } from '../config.ts'
import { guard } from '../listen.ts'
import { links, readBrowser } from './links.ts'
import { shop } from './shop.ts'

const VIDEO = 'video,iframe[src*=youtube],iframe[src*=vimeo]'

guard(() => {
  const { pique } = window
  if (!pique?.config) return
  configure(pique.config)

  pique('learn', {
    debug() {
      pique.log ??= []
      loadExtra('debug')
    },
    is(audience: string, callback: unknown) {
      if (typeof callback !== 'function') return
      const browser = readBrowser()
      // Nobody is anything before consent, or without cookies, and nothing is sent to find out.
      if (!browser) return callback(false)
      const query = new URLSearchParams({ site: `${config.site}`, browser, audience })
      fetch(`${config.host}/is?${query}`, { referrerPolicy: 'origin' })
        .then((response) => response.json())
        .then(
          (found) => callback(!!found.is),
          () => callback(false),
        )
    },
  })
  links()
  shop(pique)
  pique('beat', () => {
    loadExtra('video', isAuto && document.querySelector(VIDEO))
    // Frames of the same origin that have no tag of their own; the others refuse to be looked into.
    Array.from(
      window as unknown as ArrayLike<Window>,
      guard((frame) => frame.pique || pique('watch', frame.document)),
    )
  })
})()
