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

export function configure(options: Config): Config {
  config = { consent: 'granted', ...options }
  isAuto = config.auto !== 'off'
  return config
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
  return RegExp(`${before}(${globs})$`, 'i')
}

/**
 * Loads a file of the tag that few pages need, and calls the `run` that it exports, if any; what is loaded
 * already is not loaded again. By `import`, since that carries the nonce of the tag itself, asks nothing
 * of Trusted Types, and does not hold up the page's `load`.
 */
export const loadExtra = (name: string, ...given: readonly unknown[]): Promise<unknown> =>
  import(/* webpackIgnore: true */ /* @vite-ignore */ `${config.host}/pique-${name}.js`)
    .then((file) => file.run?.(...given))
    // Where that fails, the rest works.
    .catch(() => {})
