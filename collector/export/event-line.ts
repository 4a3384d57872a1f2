import type { PropValue } from '../../shared/wire.ts'
import type { Claim, Strength } from '../identity/claims.ts'
import { publicId, uuidOf } from '../store/ids.ts'

/**
 * An event as one line of NDJSON: the format that `export` writes and `import` reads.
 *
 * A line holds all that is needed to build the same store again: what was recorded, in normal form, and not
 * what follows from it. Points, sessions found by gaps, leads and their stages are derived anew. Whatever is
 * not known is absent; nothing is null. Instants are ISO 8601 in UTC with milliseconds, but for
 * `props.view_at`, which is as in a beacon. Events come browser by browser, in each by (`at`, `id`).
 */
export interface EventLine {
  /** A UUID with dashes, or the text under which a server sent the event. Unique within the browser. */
  readonly id: string
  readonly type: string
  /** When it happened, corrected for the sender's clock once and for all: an import corrects nothing. */
  readonly at: string
  /** Never before `at`. */
  readonly received_at: string
  /** `si_…`. Here and in the next two it is this store's number: an import says itself which site it fills. */
  readonly site: string
  /** `vi_…`: in whose hands the browser was. For readers; an import finds out anew. */
  readonly visitor?: string
  /** `ld_…`: whose visitor that is now. For readers; an import finds out anew. */
  readonly lead?: string
  /**
   * Which browser: the id that it keeps, a UUID with dashes, or the text that a server calls it (an
   * `anonymousId`, or `user:<userId>`). Of a cookieless one the pseudonym of its day, a UUID in form only.
   */
  readonly browser: string
  /** The browser keeps no id: its events are known by their ids within the whole site. */
  readonly cookieless?: true
  /** The session that the browser named, a UUID with dashes; absent where gaps decide. */
  readonly session?: string
  /** `se_…`: the session that the event lies in, named or found by gaps. For readers; an import finds out anew. */
  readonly visit: string
  /** The page view it belongs to, a UUID with dashes; absent where it names none. */
  readonly view?: string
  readonly url?: string
  readonly referrer?: string
  readonly title?: string
  /**
   * As in a beacon. A `user_engagement` has `engaged_ms` (cumulative for its view), `scroll` and `view_at`
   * (epoch milliseconds, corrected like `at`) and nothing else. What an `identify` says is in `claim` alone.
   */
  readonly props?: Readonly<Record<string, PropValue>>
  /** Some delivery of this very event said that its session is human. */
  readonly human: boolean
  /** Some event of its session did, so the session counts. For readers; an import finds out anew. */
  readonly proven: boolean
  /** Why somebody in its session can't be a person, such as `isbot`. Whoever imports it has it so. */
  readonly bot?: string
  /** Of its session, such as `Chrome on Windows`. */
  readonly device?: string
  /** How far the clock of its session's first sender was behind, in milliseconds; already in `at`. */
  readonly skew_ms?: number
  /** By a server's word: needs no proof of being human. */
  readonly server?: true
  /** Who it says that the browser belongs to. An event of any type may say so. */
  readonly claim?: ClaimLine
}

/** A claim as it was accepted: its signature was proven then and is not kept. At least one id or a link is there. */
export interface ClaimLine {
  readonly user_id?: string
  /** In normal form. */
  readonly email?: string
  readonly strength: Strength
  /** What it rests on: `identify`, `signed_identify`, `form`, … */
  readonly evidence: string
  /** Absent where there are none. */
  readonly traits?: Readonly<Record<string, string | number | boolean>>
  /** The link in an e-mail that was followed, of a weak claim. */
  readonly link?: string
}

/** An event as it is stored, with what is known of its session and browser. Ids are 32 hex digits. */
export interface StoredEventRow {
  readonly id: string
  /** What a server called it, where that was no UUID. */
  readonly external: string | null
  readonly type: string
  readonly at: number
  readonly receivedAt: number
  readonly site: number
  readonly visitor: number | null
  readonly lead: number | null
  readonly browser: string
  readonly browserExternal: string | null
  readonly isCookieless: boolean
  readonly session: string | null
  /** The store's number of its session. */
  readonly visit: number
  readonly view: string | null
  readonly url: string | null
  readonly referrer: string | null
  readonly title: string | null
  readonly viewAt: number | null
  readonly engagedMs: number | null
  readonly scroll: number | null
  readonly props: Readonly<Record<string, PropValue>> | null
  readonly human: boolean
  readonly isProven: boolean
  readonly bot: string | null
  readonly device: string | null
  readonly skewMs: number | null
  readonly isServer: boolean
  readonly claim: Pick<
    Claim,
    'userId' | 'email' | 'strength' | 'evidence' | 'traits' | 'link'
  > | null
}

/** The line of a stored event. Total and pure; the same event gives the same line. */
export function eventLineOf(row: StoredEventRow): EventLine {
  const { external, visitor, lead, session, view, url, referrer, title, bot, device, claim } = row
  const props = propsOf(row)
  // A ping that names no view is one of its own.
  const hasView = view !== null && view !== row.id
  return {
    id: external ?? uuidOf(row.id),
    type: row.type,
    at: iso(row.at),
    received_at: iso(row.receivedAt),
    site: publicId('site', row.site),
    ...(visitor !== null && { visitor: publicId('visitor', visitor) }),
    ...(lead !== null && { lead: publicId('lead', lead) }),
    browser: row.browserExternal ?? uuidOf(row.browser),
    ...(row.isCookieless && { cookieless: true }),
    ...(session !== null && { session: uuidOf(session) }),
    visit: publicId('session', row.visit),
    ...(hasView && { view: uuidOf(view) }),
    ...(url !== null && { url }),
    ...(referrer !== null && { referrer }),
    ...(title !== null && { title }),
    ...(props !== null && { props }),
    human: row.human,
    proven: row.isProven,
    ...(bot !== null && { bot }),
    ...(device !== null && { device }),
    ...(row.skewMs !== null && { skew_ms: row.skewMs }),
    ...(row.isServer && { server: true }),
    ...(claim !== null && { claim: claimLineOf(claim) }),
  }
}

function propsOf(row: StoredEventRow): Readonly<Record<string, PropValue>> | null {
  const { engagedMs, scroll, viewAt } = row
  if (row.type !== 'user_engagement') return row.props
  return {
    ...(engagedMs !== null && { engaged_ms: engagedMs }),
    ...(scroll !== null && { scroll }),
    ...(viewAt !== null && { view_at: viewAt }),
  }
}

function claimLineOf(claim: NonNullable<StoredEventRow['claim']>): ClaimLine {
  const { userId, email, strength, evidence, traits, link } = claim
  return {
    ...(userId !== null && { user_id: userId }),
    ...(email !== null && { email }),
    strength,
    evidence,
    ...(Object.keys(traits).length > 0 && { traits }),
    ...(link !== null && { link }),
  }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
