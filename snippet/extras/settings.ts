/** What the tag on this page is set to, as it says itself, with consent as it is now. */
import type { Config } from '../config.ts'
import { guard } from '../listen.ts'

/** What follows for this browser; `verify` sends it under these names. */
export interface Facts {
  readonly site: string | null
  readonly consent: string
  /** As it is set; `none` is cookieless, any other word is read as the default. */
  readonly storage: 'cookie' | 'none'
  readonly auto: boolean
  /** This browser asks not to be tracked. */
  readonly gpc: boolean
  readonly dnt: boolean
  /** This browser is left out; storage that is blocked leaves nobody out. */
  readonly ignored: boolean
}

export interface Settings {
  readonly _host: string
  readonly _config: Partial<Config>
  readonly _facts: Facts
}

/** A value of `localStorage`; nothing where that is blocked. */
export const readStored = guard((key: string) => localStorage.getItem(key))

export function readSettings(): Settings {
  // Whoever loads this file has said so before.
  const config: Partial<Config> = window.pique?.config ?? {}
  const { host = '', site = null, consent = 'granted', storage, auto } = config
  return {
    _host: host,
    _config: config,
    _facts: {
      site,
      consent,
      storage: storage === 'none' ? storage : 'cookie',
      auto: auto !== 'off',
      gpc: !!navigator.globalPrivacyControl,
      dnt: navigator.doNotTrack === '1',
      ignored: !!readStored('pique_ignore'),
    },
  }
}
