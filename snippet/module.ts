/**
 * The tag as a module: `import { init, track, identify } from 'pique/snippet'`. Importing does nothing
 * and needs no browser, so that a page rendered on a server may import it too.
 */
import type { Config } from './config.ts'
import { guard } from './listen.ts'
import { type Pique, start } from './start.ts'

export type { Config as TagOptions } from './config.ts'

function pique(): Pique {
  window.pique ??= (...call) => {
    const waiting = pique()
    waiting.q ??= []
    waiting.q.push(call)
  }
  return window.pique
}

/** Starts the tag; a second call on the same page changes nothing. */
export function init(options: Config & { readonly site: string; readonly host: string }): void {
  guard(start)(options)
}

/** Reports an event of the page's own; before `init` it waits. */
export function track(
  name: string,
  props?: Readonly<Record<string, string | number | boolean>>,
): void {
  pique()('track', name, props)
}

/** Says who this is, by e-mail or by the page's own id; `signature` proves that its server said so. */
export function identify(
  idOrEmail: string,
  traits?: Readonly<Record<string, string | number | boolean>>,
  options?: { readonly signature?: string },
): void {
  pique()('identify', idOrEmail, traits, options)
}
