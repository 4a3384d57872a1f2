/** `file_download`, and `click` for what leaves the site: other hosts, `mailto:`, `tel:`. */
import { cleanUrl } from '../clean-url.ts'
import { config, DOWNLOADS, endsWithOneOf } from '../config.ts'
import { track } from '../core.ts'
import { findInPath, hear } from '../markup.ts'

export function clicks(): void {
  // A middle click is an auxclick; so is a right click, which opens a menu and nothing else.
  hear('click auxclick', (event: MouseEvent) => {
    const link = findInPath(event, 'a,area')
    if (!link || event.button > 1) return
    // An SVG link keeps its address in an animated string, under either of two attribute names.
    const { href: address } = link as unknown as { href: string & Partial<SVGAnimatedString> }
    const { host, href, pathname, protocol } = new URL(address.baseVal ?? address, document.baseURI)
    // Of an e-mail address or a phone number the rest is somebody's and stays here.
    const link_url = host ? cleanUrl(href) : protocol
    if (endsWithOneOf('\\.', config.downloads ?? DOWNLOADS).test(pathname))
      track('file_download', { link_url })
    else if (/^http|mailto|tel/.test(protocol) && host !== location.host)
      track('click', { link_url, outbound: !!host })
  })
}
