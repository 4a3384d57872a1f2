import { randomBytes } from 'node:crypto'

/** A new site's keys: the public one in the tag, the one servers write with, the one that signs. */
export function newSiteSecrets(): {
  readonly siteKey: string
  readonly writeKey: string
  readonly signingSecret: string
} {
  return {
    siteKey: `pk_${randomBytes(16).toString('base64url')}`,
    writeKey: newWriteKey(),
    signingSecret: `sk_${randomBytes(32).toString('base64url')}`,
  }
}

export function newWriteKey(): string {
  return `wk_${randomBytes(24).toString('base64url')}`
}
