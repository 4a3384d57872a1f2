/** What the owner of the page asked for, and what the person in front of it has decided. */

/** The options as written: attributes are text, so `init` takes the same. */
export interface Config {
  readonly site?: string | null
  /** Origin of the collector. */
  readonly host: string
  /** `granted` (the default) or `pending`; any other word is read as the careful one, `denied`. */
  consent?: string
  /** `none` for cookieless. */
  readonly storage?: string
  /** `off` reads no e-mail from forms. */
  readonly identify?: string
  /** File extensions, and globs of paths; comma separated. */
  readonly downloads?: string
  readonly exclude?: string
  /** Whether the fragment is the route; a bare `data-hash` attribute reads as an empty string. */
  readonly hash?: string
  /** `off` captures nothing by itself but page views and attention. */
  readonly auto?: string
  /** Hosts of the owner's, with their subdomains, that hand the browser id over to each other. */
  readonly domains?: string
}

export let config: Config
/** Whether to capture what nobody has marked. */
export let isAuto: boolean

export function configure(options: Config): void {
  config = { consent: 'granted', ...options }
  isAuto = config.auto !== 'off'
}

/** What is downloaded unless the owner says otherwise. */
export const DOWNLOADS = 'pdf,doc?,xls?,ppt?,od?,csv,txt,rtf,epub,zip,rar,gz,dmg,exe,mp?'

/**
 * A pattern for what is `before` and then, up to the end, one of a comma separated list; `*` stands for
 * any characters, `?` for one or none.
 */
export function endsWithOneOf(before: string, list = ''): RegExp {
  const globs = list
    .replace(/[^\w\s,*?/-]/g, '\\$&')
    .replace(/[*?]/g, '.$&')
    .replace(/[\s,]+/g, '|')
  return new RegExp(`${before}(${globs})$`, 'i')
}

let loaded = ''

/**
 * Loads a file of the tag that few pages need, once. By `import`, since that carries the nonce of the tag
 * itself, asks nothing of Trusted Types, and does not hold up the page's `load`.
 */
export function loadExtra(name: string, isNeeded: unknown = true): void {
  if (!isNeeded || loaded.includes(name)) return
  loaded += name
  // Where that fails, the rest works.
  import(/* webpackIgnore: true */ /* @vite-ignore */ `${config.host}/pique-${name}.js`).catch(
    () => {},
  )
}
