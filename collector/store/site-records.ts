import { publicId } from './ids.ts'
import type { SiteConsent, SiteJson } from './shapes.ts'

/** Sites and keys, as a store keeps them. */

export interface Site {
  readonly ref: number
  readonly name: string
  readonly key: string
  readonly signingSecret: string
  /** Origins that may send; empty accepts any. */
  readonly origins: readonly string[]
  /** A browser's claim counts only with a signature. */
  readonly needsSignature: boolean
  /** What its tag begins with. */
  readonly consent: SiteConsent
  readonly isGenerated: boolean
  readonly createdAt: number
}

/** A site as it is made; its write key is known then and never again. */
export interface NewSite extends Omit<Site, 'ref' | 'consent'> {
  readonly writeKey: string
  /** `granted` if absent. */
  readonly consent?: SiteConsent
}

/** What of a site may be changed; absent stays. */
export interface SiteChange
  extends Partial<Pick<Site, 'name' | 'origins' | 'needsSignature' | 'consent'>> {
  /** In the place of the one before, which is refused from then on. */
  readonly writeKey?: string
}

/** What is written of sites; each is one transaction. */
export interface SiteStore {
  sites(): readonly Site[]
  /** The key of the site whose write key this is, or null. */
  siteOfWriteKey(writeKey: string): string | null
  addSite(site: NewSite): Site & NewSite
  /** Whether there is such a site. */
  changeSite(ref: number, change: SiteChange): boolean
  /** Its tag is refused from then on, and the keys bound to it are gone. What it collected stays. */
  removeSite(ref: number): boolean
}

export interface NewKey {
  readonly name: string
  readonly hash: Uint8Array
  readonly scopes: readonly string[]
  readonly site: number | null
  readonly createdAt: number
  /** Refused from then on; null or absent for ever. */
  readonly expiresAt?: number | null
}

/** What everybody who may read sees of a site. */
export function siteJson(site: Omit<Site, 'signingSecret'>): SiteJson {
  return {
    id: publicId('site', site.ref),
    name: site.name,
    key: site.key,
    origins: site.origins,
    created_at: new Date(site.createdAt).toISOString(),
    generated: site.isGenerated,
    require_signature: site.needsSignature,
    consent: site.consent,
  }
}
