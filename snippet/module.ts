/**
 * The tag as a module: `import { init, track, identify } from 'pique/snippet'`. Importing does nothing
 * and needs no browser, so that a page rendered on a server may import it too; there, calls do nothing.
 * What is imported is all that is bundled: the tag comes with `init`, and the other calls are what the
 * page would say to `window.pique`, which waits for the tag whichever way it comes.
 *
 * Every type that is exported is declared here: the package's types are this file's alone.
 */
import { guard } from './listen.ts'
import { start } from './start.ts'

/** What an event, or a person, is described with. */
export type Props = Readonly<Record<string, string | number | boolean>>

/** What the owner of the page asks for; the same words as the attributes of the script. */
export interface TagOptions {
  /** The site's key. */
  readonly site: string
  /** Origin of the collector, such as `https://t.example.com`. */
  readonly host: string
  /** With `pending`, nothing is stored or sent until `consent('granted')`. Default: `granted`. */
  readonly consent?: 'granted' | 'pending' | 'denied'
  /** `none` is cookieless: a visitor lasts a day. Default: `cookie`. */
  readonly storage?: 'cookie' | 'none'
  /** `forms` reads the e-mail of a submitted form. Default: `forms`. */
  readonly identify?: 'forms' | 'off'
  /** Replaces the list of file extensions that are downloads; comma separated. */
  readonly downloads?: string
  /** Globs of paths that are never tracked; comma separated. */
  readonly exclude?: string
  /** Whether the fragment is the route. Default: `off`. */
  readonly hash?: 'on' | 'off'
  /** `off` captures nothing by itself but page views and attention. Default: `on`. */
  readonly auto?: 'on' | 'off'
  /** Hosts of yours, with their subdomains, that hand a visitor over to each other; comma separated. */
  readonly domains?: string
}

/** Calls the tag, or leaves the call where the tag will find it. */
function tell(...call: readonly unknown[]): void {
  if (typeof window === 'undefined') return
  const stub: NonNullable<typeof window.pique> = (...given) => {
    stub.q ??= []
    stub.q.push(given as [string, ...unknown[]]) // as `tell` calls it
  }
  window.pique ??= stub
  window.pique(...call)
}

/** Starts the tag. A second call on the same page changes nothing, nor does one beside the script. */
export function init(options: TagOptions): void {
  guard(start)(options)
}

/** Reports an event of the page's own; before `init` it waits. */
export function track(name: string, props?: Props): void {
  tell('track', name, props)
}

/** Says who this is, by e-mail or by the page's own id; `signature` proves that its server said so. */
export function identify(
  idOrEmail: string,
  traits?: Props,
  options?: { readonly signature?: string },
): void {
  tell('identify', idOrEmail, traits, options)
}

/** Reports a view of the page as it is now, where the address alone does not tell. */
export function page(): void {
  tell('page')
}

/** Tells what the person decided. Denied, everything that was kept is forgotten. */
export function consent(decision: 'granted' | 'denied'): void {
  tell('consent', decision)
}

/** Forgets who this is, as after signing out: from here on it is a new browser. */
export function reset(): void {
  tell('reset')
}

/** Asks whether this person belongs to an audience, such as `hot`; never what the score is. */
export function is(audience: string, callback: (is: boolean) => void): void {
  tell('is', audience, callback)
}
