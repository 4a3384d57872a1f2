import { createHmac, randomBytes } from 'node:crypto'

/**
 * Signatures as the Standard Webhooks specification has them: `v1,` and the base64 of the HMAC-SHA256
 * of `id.timestamp.body` under the bytes of the secret; one for each secret, separated by spaces.
 */

const PREFIX = 'whsec_'
const SECRET_BYTES = 32

export function newWebhookSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`
}

export interface Signed {
  /** `webhook-id`. */
  readonly id: string
  /** `webhook-timestamp`, in seconds. */
  readonly seconds: number
  readonly body: string
}

/** The value of `webhook-signature`. */
export function signatureOf({ id, seconds, body }: Signed, secrets: readonly string[]): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
      const mac = createHmac('sha256', key).update(`${id}.${seconds}.${body}`, 'utf8')
      return `v1,${mac.digest('base64')}`
    })
    .join(' ')
}
