import { createHash, createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto'
import { isRecord } from '../ingest/props.ts'
import { signatureOf } from '../webhooks/sign.ts'
import type { Provider } from './mail-events.ts'

/** Whether a body comes from whom it says, by the scheme of its provider. */

/** Retries of a day carry the signature that they were first sent with; what is told twice changes nothing. */
const MAX_AGE_S = 24 * 3600
/** Standard Webhooks signs every try anew. */
const STANDARD_MAX_AGE_S = 300
const MAX_AHEAD_S = 300

export interface Sent {
  /** Lower-case names. */
  readonly header: (name: string) => string | undefined
  readonly body: string
  /** Epoch milliseconds. */
  readonly now: number
}

/** `secret` is the provider's public key (SendGrid), its signing key (Mailgun), or the password that was made for it. */
export function isProven(provider: Provider, secret: string, sent: Sent): boolean {
  if (provider === 'sendgrid') return isSendGrids(secret, sent)
  if (provider === 'postmark') return isPostmarks(secret, sent)
  if (provider === 'mailgun') return isMailguns(secret, sent)
  return isStandard(secret, sent) || isBearer(secret, sent)
}

/** What is wrong with a SendGrid verification key; null for nothing. */
export function isPublicKey(key: string): boolean {
  return publicKeyOf(key) !== null
}

function publicKeyOf(key: string) {
  try {
    const der = Buffer.from(key.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64')
    const read = createPublicKey({ key: der, format: 'der', type: 'spki' })
    return read.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? read : null
  } catch {
    return null // no key at all
  }
}

function isSendGrids(secret: string, { header, body, now }: Sent): boolean {
  const signature = header('x-twilio-email-event-webhook-signature') ?? ''
  const timestamp = header('x-twilio-email-event-webhook-timestamp') ?? ''
  const key = publicKeyOf(secret)
  if (!key || signature.length > 200 || !isFresh(timestamp, now, MAX_AGE_S)) return false
  return verify('sha256', Buffer.from(timestamp + body), key, Buffer.from(signature, 'base64'))
}

/** Postmark signs nothing: it sends the name and password of its address. */
function isPostmarks(secret: string, { header }: Sent): boolean {
  const [, given = ''] = /^basic (.{1,500})$/i.exec(header('authorization') ?? '') ?? []
  return isSame(Buffer.from(given, 'base64').toString(), `${POSTMARK_USER}:${secret}`)
}
export const POSTMARK_USER = 'pique'

/** Of the body this proves the beginning alone; that it is used once is for `createOnce`. */
function isMailguns(secret: string, { body, now }: Sent): boolean {
  const signed = mailgunSignature(body)
  if (signed === null || !isFresh(signed.timestamp, now, MAX_AGE_S)) return false
  const mac = createHmac('sha256', secret).update(signed.timestamp + signed.token)
  return isSame(signed.signature, mac.digest('hex'))
}

export function mailgunSignature(
  body: string,
): { readonly timestamp: string; readonly token: string; readonly signature: string } | null {
  let read: unknown
  try {
    read = JSON.parse(body)
  } catch {
    return null // no JSON carries no signature
  }
  const signed = isRecord(read) ? read.signature : null
  if (!isRecord(signed)) return null
  const { token, signature } = signed
  const timestamp = String(signed.timestamp)
  const isRight = typeof token === 'string' && token.length <= 200 && typeof signature === 'string'
  return isRight ? { timestamp, token, signature } : null
}

function isStandard(secret: string, { header, body, now }: Sent): boolean {
  const [id, timestamp] = [header('webhook-id') ?? '', header('webhook-timestamp') ?? '']
  if (id === '' || id.length > 400 || !isFresh(timestamp, now, STANDARD_MAX_AGE_S)) return false
  const right = signatureOf({ id, seconds: Number(timestamp), body }, [secret])
  const given = (header('webhook-signature') ?? '').slice(0, 2_000).split(' ')
  return given.some((one) => isSame(one, right))
}

function isBearer(secret: string, { header }: Sent): boolean {
  const [, given = ''] = /^bearer (\S{1,500})$/i.exec(header('authorization') ?? '') ?? []
  return isSame(given, secret)
}

function isFresh(timestamp: string, now: number, maxAge: number): boolean {
  if (!/^[1-9]\d{8,10}$/.test(timestamp)) return false
  const age = now / 1000 - Number(timestamp)
  return age <= maxAge && age >= -MAX_AHEAD_S
}

/** Texts of any length in a time that tells nothing of either. */
function isSame(given: string, right: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(given), hash(right))
}

const MOST_TOKENS = 50_000

/**
 * Mailgun's signature is of a timestamp and a token, not of what is told. So a token goes with one body: who
 * overheard one can tell it again, which changes nothing, and nothing else.
 */
export function createOnce() {
  const seen = new Map<string, string>()
  return {
    /** Whether this token was taken with no other body; notes it. */
    takes(token: string, body: string): boolean {
      const hash = createHash('sha256').update(body).digest('base64')
      const known = seen.get(token)
      if (known !== undefined) return known === hash
      if (seen.size >= MOST_TOKENS)
        for (const [oldest] of seen) {
          seen.delete(oldest)
          break
        }
      seen.set(token, hash)
      return true
    },
  }
}
