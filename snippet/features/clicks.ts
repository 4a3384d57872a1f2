/** `file_download`, and `click` for what leaves the site: other hosts, `mailto:`, `tel:`. */
import { cleanUrl } from '../clean-url.ts'
import type { Core } from '../core.ts'
import { listen } from '../listen.ts'
import { findInPath, isIgnored } from '../markup.ts'

export function clicks(core: Core): void {
  // A middle click is an auxclick; so is a right click, which opens a menu and nothing else.
  listen('click auxclick', (event: MouseEvent) => {
    const link = findInPath(event, 'a,area')
    if (!link || event.button > 1 || isIgnored(event)) return
    // An SVG link keeps its address in an animated string, under either of two attribute names.
    const { href } = link as HTMLAnchorElement | SVGAElement
    const address = typeof href === 'string' ? href : href.baseVal
    if (!address) return
    const { protocol, host, pathname, href: target } = new URL(address, document.baseURI)
    // Of these the address itself is somebody's and stays here.
    if (/^(mailto|tel):/.test(protocol)) core._track('click', { kind: protocol.slice(0, -1) })
    if (!/^http/.test(protocol)) return
    const link_url = cleanUrl(target)
    const [, extension] = core._config._downloads.exec(pathname) || []
    if (extension)
      core._track('file_download', {
        link_url,
        file_name: link_url.split('/').pop(),
        file_extension: extension.toLowerCase(),
      })
    else if (host !== location.host) core._track('click', { outbound: true, link_url })
  })
}
