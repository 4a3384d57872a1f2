/** What a click id says where nobody tagged the link: which platform it is of, and how it is paid. */

import type { CLICK_ID_PARAMS } from '../../shared/wire.ts'

export type ClickId = (typeof CLICK_ID_PARAMS)[number]

/** Source and medium by click id. `fbclid` is on every link out of Facebook, paid or not: a referral. */
export const CLICK_ID_ORIGINS: Readonly<
  Record<ClickId, { readonly source: string; readonly medium: string }>
> = {
  gclid: { source: 'google', medium: 'cpc' },
  gbraid: { source: 'google', medium: 'cpc' },
  wbraid: { source: 'google', medium: 'cpc' },
  dclid: { source: 'google', medium: 'display' },
  msclkid: { source: 'bing', medium: 'cpc' },
  fbclid: { source: 'facebook', medium: 'referral' },
  ttclid: { source: 'tiktok', medium: 'cpc' },
  twclid: { source: 'twitter', medium: 'cpc' },
  li_fat_id: { source: 'linkedin', medium: 'cpc' },
  rdt_cid: { source: 'reddit', medium: 'cpc' },
  ScCid: { source: 'snapchat', medium: 'cpc' },
  epik: { source: 'pinterest', medium: 'cpc' },
}

const ORIGIN_BY_NAME: ReadonlyMap<string, { readonly source: string; readonly medium: string }> =
  new Map(Object.entries(CLICK_ID_ORIGINS))

/** What a parameter's name says, or null for one that is no click id. */
export function clickOrigin(name: string | null | undefined) {
  return ORIGIN_BY_NAME.get(name ?? '') ?? null
}
