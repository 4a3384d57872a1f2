import { createHmac, timingSafeEqual } from 'node:crypto'
import type { PropValue } from '../../shared/wire.ts'
import type { RejectCode } from '../errors.ts'
import type { ClaimMade } from '../store/store.ts'
import { flatValues, isRecord, normalValue, type Values } from './props.ts'
import { normalEmail, normalText, normalUserId } from './text.ts'

/** What a claim is checked against. */
export interface SiteSecrets {
  readonly key: string
  readonly signingSecret: string
  /** A claim counts only with a signature. */
  readonly needsSignature: boolean
}

export interface ClaimContext {
  readonly site: SiteSecrets
  /** Epoch milliseconds. */
  readonly receivedAt: number
  /** Null for what a page says; else a server or an import says it, which is believed. */
  readonly trusted: object | null
}

export type ParsedClaim =
  | {
      readonly ok: true
      readonly claim: ClaimMade
      /** Why the claim is refused, unless its event is known already: proofs expire, retries don't. */
      readonly refusal: RejectCode | null
    }
  | { readonly ok: false; readonly code: RejectCode }

/** A proof may be made out for at most an hour. */
const MAX_PROOF_MS = 3_600_000
/** How far the signing server's clock may be ahead. */
const MAX_SKEW_MS = 60_000
const MAX_SIGNATURE = 200
const MAX_EVIDENCE = 64

/**
 * Reads the props of an `identify` event: somebody says who they are. Signed, the claim is strong;
 * by a form or an unsigned call it is medium. Ids that mean nothing are refused; a wrong signature
 * refuses the event, because a claim that wants to be strong must not pass as a weaker one.
 */
export function parseClaim(
  props: Readonly<Record<string, unknown>>,
  { site, receivedAt, trusted }: ClaimContext,
): ParsedClaim {
  const hasId = props.user_id !== undefined && props.user_id !== null && props.user_id !== ''
  const id = hasId ? normalUserId(props.user_id) : null
  const email = normalEmail(props.email)
  if (id && !id.ok && email === null) return { ok: false, code: id.code }
  const userId = id?.ok ? id.value : null
  if (userId === null && email === null) return { ok: false, code: 'invalid_identity' }
  const traits = isRecord(props.traits) ? traitsOf(props.traits) : {}
  if (trusted) {
    return { ok: true, claim: { userId, email, traits, ...evidenceOf(props) }, refusal: null }
  }
  const isSigned = props.signature !== undefined && props.signature !== null
  const isForged = isSigned && !isProven(props, site, receivedAt)
  const isUnsigned = !isSigned && site.needsSignature
  const isForm = props.evidence === 'form'
  return {
    ok: true,
    claim: {
      userId,
      email,
      strength: isSigned ? 'strong' : 'medium',
      evidence: isSigned ? 'signed_identify' : isForm ? 'form' : 'identify',
      traits,
      link: null,
    },
    refusal: isForged ? 'invalid_signature' : isUnsigned ? 'signature_required' : null,
  }
}

/** A server's own word is strong; an import says how strong a word was. */
function evidenceOf({
  strength,
  evidence,
  link,
}: Readonly<Record<string, unknown>>): Pick<ClaimMade, 'strength' | 'evidence' | 'link'> {
  return {
    strength: strength === 'medium' || strength === 'weak' ? strength : 'strong',
    evidence: textOf(evidence, MAX_EVIDENCE) || 'server_identify',
    link: textOf(link, MAX_EVIDENCE) || null,
  }
}

/** Traits under their names here: Segment's `title` is the job title. The e-mail is no trait. */
function traitsOf(raw: Readonly<Record<string, unknown>>): Values {
  const { title, ...traits } = flatValues(raw, traitValue)
  return title === undefined ? traits : { job_title: title, ...traits }
}

/** An e-mail is somebody's, so it is kept only under a key that says it is one. */
function traitValue(value: unknown, key: string): PropValue | null {
  if (/^e[-_]?mail$/i.test(key)) return null
  const email = normalEmail(value)
  if (email === null) return normalValue(value)
  return /e[-_]?mail/i.test(key) ? email : null
}

/** `v1.EXPIRES.base64url(HMAC-SHA256(signing_secret, "v1.EXPIRES.SITE_KEY.USER_ID.EMAIL"))`, of the ids as sent. */
function isProven(
  props: Readonly<Record<string, unknown>>,
  site: SiteSecrets,
  receivedAt: number,
): boolean {
  const { signature } = props
  if (typeof signature !== 'string' || signature.length > MAX_SIGNATURE) return false
  const [version, expires = '', given = '', ...rest] = signature.split('.')
  if (version !== 'v1' || rest.length > 0 || !/^\d{1,12}$/.test(expires)) return false
  const expiresAt = Number(expires) * 1000
  if (expiresAt < receivedAt || expiresAt > receivedAt + MAX_PROOF_MS + MAX_SKEW_MS) return false
  return candidates(props).some(([userId, email]) => {
    const message = `v1.${expires}.${site.key}.${userId}.${email}`
    const expected = createHmac('sha256', site.signingSecret).update(message).digest()
    const actual = Buffer.from(given, 'base64url')
    return actual.length === expected.length && timingSafeEqual(actual, expected)
  })
}

/**
 * Signers may have signed the ids as typed or in normal form; both name the same person. What is no
 * e-mail counts as none: else the owner of `victim.x` could send `victim` and pass `x.` off as one.
 *
 * With an e-mail, an id must be without dots. The signed text joins the two by a dot, so that
 * `ann.b` + `c@d.example` and `ann` + `b.c@d.example` are one text and one signature.
 */
function candidates(props: Readonly<Record<string, unknown>>): readonly [string, string][] {
  const userId = textOf(props.user_id)
  const normal = normalEmail(props.email)
  if (normal === null) return [[userId, '']]
  if (userId.includes('.')) return []
  return [
    [userId, textOf(props.email)],
    [userId, normal],
  ]
}

function textOf(value: unknown, most = 400): string {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? normalText(value, most) : ''
}
