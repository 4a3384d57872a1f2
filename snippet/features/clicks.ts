/** `file_download`, and `click` for what leaves the site: other hosts, `mailto:`, `tel:`. */
import { cleanUrl } from '../clean-url.ts'
import type { Core } from '../core.ts'
import { findInPath, hear } from '../markup.ts'

export function clicks(core: Core): void {
  // A middle click is an auxclick; so is a right click, which opens a menu and nothing else.
  hear('click auxclick', (event: MouseEvent) => {
    const link = findInPath(event, 'a,area')
    if (!link || event.button > 1) return
    // An SVG link keeps its address in an animated string, under either of two attribute names.
    const { href } = link as HTMLAnchorElement | SVGAElement
    const address = typeof href === 'string' ? href : href.baseVal
    const { protocol, host, pathname, href: target } = new URL(address, document.baseURI)
    // Of these the rest is somebody's and stays here.
    if (/^(mailto|tel):/.test(protocol)) core._track('click', { link_url: protocol })
    else if (core._config._downloads.test(pathname))
      core._track('file_download', { link_url: cleanUrl(target) })
    else if (/^http/.test(protocol) && host !== location.host)
      core._track('click', { link_url: cleanUrl(target), outbound: true })
  })
}
