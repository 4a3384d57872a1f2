/** What the owner of the page asked for, from the tag's attributes or from `init`. */

/** The options as written: attributes are text, so `init` takes the same. */
export interface Config {
  readonly site?: string | null
  /** Origin of the collector. */
  readonly host?: string
  /** `granted` (the default) or `pending`; any other word is read as the careful one, `denied`. */
  readonly consent?: string
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
}

/** What is downloaded unless the owner says otherwise. */
export const DOWNLOADS =
  'pdf,doc?,xls?,ppt?,od?,csv,txt,rtf,epub,zip,rar,gz,dmg,exe,msi,apk,mp?,mov'

/**
 * A pattern for what is `before` and then, up to the end, one of a comma separated list; `*` stands for
 * any characters, `?` for one or none.
 */
export function endsWithOneOf(before: string, list: string): RegExp {
  const globs = list
    .replace(/[^\w\s,*?/-]/g, '\\$&')
    .replace(/[*?]/g, '.$&')
    .replace(/[\s,]+/g, '|')
  return new RegExp(`${before}(${globs})$`, 'i')
}
