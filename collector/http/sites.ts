import type { Admin } from '../engine.ts'
import { refOf } from '../store/ids.ts'
import type { Reader } from '../store/reader.ts'
import type { SiteConsent, SiteJson } from '../store/shapes.ts'
import { type SiteChange, siteJson } from '../store/site-records.ts'
import { newSiteSecrets, newWriteKey } from './site-secrets.ts'

/** Adding, changing and removing sites; the API and the settings page both come here. */
export interface Sites {
  list(): Promise<readonly SiteJson[]>
  /** Its secrets are in this answer and in no other. */
  add(site: SiteToAdd): Promise<AddedSite>
  /** Whether there is such a site. */
  change(id: string, change: SiteChange): Promise<boolean>
  /** Makes a new write key, which is in this answer and in no other; null where there is no such site. */
  newWriteKey(id: string): Promise<string | null>
  /** Removes the keys bound to it too; whether it was there. What it collected stays. */
  remove(id: string): Promise<boolean>
}

export interface SiteToAdd {
  readonly name: string
  readonly origins: readonly string[]
  readonly needsSignature: boolean
  readonly consent: SiteConsent
}

export interface AddedSite {
  readonly site: SiteJson
  readonly writeKey: string
  readonly signingSecret: string
}

export interface SitesDeps {
  readonly reader: Pick<Reader, 'sites' | 'keys'>
  readonly writer: Pick<Admin, 'addSite' | 'changeSite' | 'removeSite' | 'removeKey'>
  /** Epoch milliseconds. */
  readonly clock: () => number
}

export const MAX_ORIGINS = 100

/** An origin as browsers write it in `Origin`: lower case, default ports left out; null for what is none. */
export function originOf(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null
  const isBare = url && `${url.origin}/` === url.href && /^https?:\/\//i.test(text)
  return isBare && url.hostname !== '' && !text.includes('*') ? url.origin : null
}

/** A name of a site or of a key, trimmed; null for what is none. */
export function nameOf(text: string): string | null {
  const name = text.trim()
  return /^[^\p{Cc}\p{Cs}]{1,100}$/u.test(name) ? name : null
}

export function createSites({ reader, writer, clock }: SitesDeps): Sites {
  const refOfSite = (id: string) => refOf('site', id) ?? 0
  return {
    list: () => reader.sites(),
    async add({ name, origins, needsSignature, consent }) {
      const { siteKey, writeKey, signingSecret } = newSiteSecrets()
      const added = await writer.addSite({
        name,
        key: siteKey,
        writeKey,
        signingSecret,
        origins: [...new Set(origins)],
        needsSignature,
        consent,
        isGenerated: false,
        createdAt: clock(),
      })
      return { site: siteJson(added), writeKey, signingSecret }
    },
    change: (id, change) => writer.changeSite(refOfSite(id), change),
    async newWriteKey(id) {
      const writeKey = newWriteKey()
      return (await writer.changeSite(refOfSite(id), { writeKey })) ? writeKey : null
    },
    async remove(id) {
      // The keys first: one that outlived its site would still read what the site left behind.
      for (const key of await reader.keys()) {
        const ref = refOf('key', key.id)
        if (key.site === id && ref !== null) await writer.removeKey(ref)
      }
      return writer.removeSite(refOfSite(id))
    },
  }
}
