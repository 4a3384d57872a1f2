/** What the owner of the page asked for, from the tag's attributes or from `init`. */

/** The options as written: attributes are text, so `init` takes the same. */
export interface TagOptions {
  readonly site?: string | undefined
  readonly host?: string
  readonly consent?: string
  readonly storage?: string
  readonly identify?: string
  readonly downloads?: string
  readonly exclude?: string
  readonly hash?: string
  readonly auto?: string
}

export interface Config {
  readonly _site: string
  /** Origin of the collector. */
  readonly _host: string
  /** `granted` or `pending`; any other word is read as the careful one, `denied`. */
  readonly _consent: string
  readonly _cookieless: boolean
  readonly _readsForms: boolean
  readonly _downloads: RegExp
  readonly _hash: boolean
  readonly _auto: boolean
  readonly _excludes: RegExp
}

const DOWNLOADS =
  'pdf,doc*,xls*,ppt*,odt,ods,csv,txt,rtf,epub,zip,rar,7z,gz,tar,dmg,exe,msi,pkg,apk,iso,mp3,wav,mp4,mov,avi'

/** A pattern for "one of these, comma separated"; in a glob `*` stands for any characters. */
function oneOf(list: string): string {
  return list
    .replace(/[^\w\s,*/-]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/[\s,]+/g, '|')
}

/** Fills in defaults. `scriptHost` is the origin that the script came from. */
export function readConfig(options: TagOptions, scriptHost: string): Config {
  return {
    _site: options.site || '',
    _host: options.host || scriptHost,
    _consent: options.consent ?? 'granted',
    _cookieless: options.storage === 'none',
    _readsForms: options.identify !== 'off',
    _downloads: new RegExp(`\\.(${oneOf(options.downloads ?? DOWNLOADS)})$`, 'i'),
    // A bare `data-hash` attribute reads as an empty string.
    _hash: (options.hash ?? 'off') !== 'off',
    _auto: options.auto !== 'off',
    _excludes: new RegExp(`^(${oneOf(options.exclude ?? '')})$`),
  }
}
