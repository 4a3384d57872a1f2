/** `file_download`, and `click` for what leaves the site: other hosts, `mailto:`, `tel:`. */
import { cleanUrl } from '../clean-url.ts'
import { DOWNLOADS, endsWithOneOf } from '../config.ts'
import type { Core } from '../core.ts'
import { findInPath, hear } from '../markup.ts'

export function clicks(core: Core): void {
  const downloads = endsWithOneOf('\\.', core._config.downloads ?? DOWNLOADS)
  // A middle click is an auxclick; so is a right click, which opens a menu and nothing else.
  hear('click auxclick', (event: MouseEvent) => {
    const link = findInPath(event, 'a')
    if (!link || event.button > 1) return
    // An SVG link keeps its address in an animated string, under either of two attribute names.
    const { href: address } = link as unknown as { href: string & Partial<SVGAnimatedString> }
    const { protocol, host, pathname, href } = new URL(address.baseVal ?? address, document.baseURI)
    // Of an e-mail address or a phone number the rest is somebody's and stays here.
    const link_url = host ? cleanUrl(href) : protocol
    if (downloads.test(pathname)) core._track('file_download', { link_url })
    else if (/^http|mailto|tel/.test(protocol) && host !== location.host)
      core._track('click', { link_url, outbound: !!host })
  })
}
