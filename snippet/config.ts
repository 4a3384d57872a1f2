/** What the owner of the page asked for, from the tag's attributes or from `init`. */

export type Consent = 'granted' | 'pending' | 'denied'

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
  readonly _consent: Consent
  readonly _cookieless: boolean
  readonly _readsForms: boolean
  readonly _downloads: RegExp
  readonly _hash: boolean
  readonly _auto: boolean
  readonly _excludes: RegExp
}

const DOWNLOADS =
  'pdf,doc,docx,xls,xlsx,ppt,pptx,odt,ods,csv,txt,rtf,epub,zip,rar,7z,gz,tar,dmg,exe,msi,pkg,apk,iso,mp3,wav,mp4,mov,avi'

/** A pattern for "one of these, comma separated"; in a glob `*` stands for any characters. */
function oneOf(list: string): string {
  return list
    .split(/[\s,]+/)
    .map((glob) => glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*'))
    .join('|')
}

/** Fills in defaults. `scriptHost` is the origin that the script came from. */
export function readConfig(options: TagOptions, scriptHost: string): Config {
  const {
    site = '',
    host = scriptHost,
    consent = 'granted',
    downloads = DOWNLOADS,
    exclude = '',
    hash = 'off',
  } = options
  return {
    _site: site,
    _host: host,
    // A word that is none of the three is read as the careful one.
    _consent: consent === 'granted' || consent === 'pending' ? consent : 'denied',
    _cookieless: options.storage === 'none',
    _readsForms: options.identify !== 'off',
    _downloads: new RegExp(`\\.(${oneOf(downloads)})$`, 'i'),
    // A bare `data-hash` attribute reads as an empty string.
    _hash: hash !== 'off',
    _auto: options.auto !== 'off',
    _excludes: new RegExp(`^(${oneOf(exclude)})$`),
  }
}
