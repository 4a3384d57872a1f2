import type { Touch } from '../attribution/touch.ts'
import type { TouchSessions } from '../attribution/touches.ts'
import type { RejectCode } from '../errors.ts'
import type { Claim, Unlink, Verification } from '../identity/claims.ts'
import type { HistoryEvent } from '../scoring/derive.ts'
import type { Bucket } from '../scoring/score.ts'
import type { AccountStore } from './account-store.ts'
import type { AnswerStore } from './answer-store.ts'
import type { AuditEntry } from './audit-store.ts'
import type { CrmStore } from './crm-store.ts'
import type { DevicesOf } from './devices.ts'
import type { ImportRuns } from './import-runs.ts'
import type { MailStore } from './mail-store.ts'
import type { ModelStore } from './model-store.ts'
import type {
  AskedRequeue,
  Backup,
  Erased,
  Expired,
  Forgetful,
  Mentioned,
  Mentions,
  Pruned,
  QuarantinedEvent,
  RejectedEvent,
  Stretch,
  Tombstone,
} from './records.ts'
import type { NewKey, SiteStore } from './site-records.ts'
import type { LeadStanding, NewAdjustment, NewOutcome, SettledLead } from './standing.ts'
import type { StoreFile } from './store-file.ts'
import type { ViewStore } from './view-store.ts'
import type { Outbox, WebhookStore } from './webhook-store.ts'

export type { NewKey, NewSite, Site, SiteChange } from './site-records.ts'

/**
 * What ingest needs of a store, in the product's verbs. One group, one transaction: the adapter
 * loads what the group touches, a pure synchronous function decides, the adapter writes what
 * changed and flushes it; all of it or nothing.
 *
 * The unit of loading is the browser: its visitors, sessions, views and claims are few and small,
 * and an adapter may keep the recently used ones in memory because it is the only writer.
 */

/** What a claim says, without when and where. */
export type ClaimMade = Omit<Claim, 'id' | 'at' | 'browser' | 'isVoid'>

/** One event in normal form, placed in time once and for all. */
export interface NewEvent extends HistoryEvent {
  readonly claim: ClaimMade | null
  /** Its place in the batch, for the answer. */
  readonly index: number
  /**
   * Why it is refused if it is new. What was accepted once stays accepted: a retry that has become
   * too old, or whose proof has expired, is a duplicate and not a refusal.
   */
  readonly refusal: RejectCode | null
  /** Made of another event of its batch: the answer, which is about what was sent, doesn't count it. */
  readonly isOurs?: true
  /** When it was first received, where an import tells it again; else with its delivery. */
  readonly receivedAt?: number
}

/** The accepted part of one beacon batch. */
export interface Delivery {
  readonly site: number
  /** 32 hex digits: the id a browser sent, the hash of what a server calls it, or the day's pseudonym of a cookieless one. */
  readonly browserKey: string
  /** What a server calls it, where that is no UUID. */
  readonly external: string | null
  readonly isCookieless: boolean
  readonly receivedAt: number
  /** How far the sender's clock was behind, by what it said; null where it said nothing. */
  readonly skewMs: number | null
  readonly human: boolean
  readonly device: string | null
  readonly events: readonly NewEvent[]
}

export interface VisitorState {
  readonly ref: number
  /** Beginning of its hold, -Infinity for the first. */
  readonly from: number
  lead: number | null
  firstAt: number
  lastAt: number
  touches: TouchSessions
}

export interface Landing {
  /** The event's place in its session. */
  readonly n: number
  readonly id: string
  readonly at: number
  readonly url: string | null
  readonly referrer: string | null
}

export interface SessionState {
  readonly ref: number
  readonly key: string | null
  /** A gap session of what servers told. */
  readonly isServer: boolean
  /** The instant it was opened for; what its stored times count from. */
  readonly baseAt: number
  startAt: number
  endAt: number
  provenAt: number | null
  bot: string | null
  device: string | null
  /** Of the delivery that opened it; kept to be looked at, and used for nothing. */
  readonly skewMs: number | null
  landing: Landing | null
  /** Where the landing came from; null without one. */
  touch: Touch | null
  /** Place of the next event. */
  nextN: number
}

export interface ViewState {
  /** Number within its browser. */
  readonly n: number
  readonly key: string
  /** Session and address of its first ping; null while it has none. */
  session: number | null
  url: string | null
  /** Infinity while it has no ping. */
  startAt: number
  /** The largest value counted. */
  engagedMs: number
  /** Pings of it came from several sessions or addresses: counts are derived, never folded. */
  isMixed: boolean
}

export interface StoredClaim extends Claim {
  /** The store's number; null until written. */
  ref: number | null
  readonly site: number
  lead: number | null
  isVoid: boolean
  /** Its link identifies nobody any more; see `sharedLinks`. */
  isShared: boolean
  /** The lead that its e-mail belongs to, where its user id is another's. */
  conflict: number | null
}

export interface BrowserState {
  readonly ref: number
  readonly site: number
  readonly key: string
  /** See `Delivery.external`. */
  readonly external: string | null
  readonly isCookieless: boolean
  readonly visitors: VisitorState[]
  readonly sessions: SessionState[]
  readonly sessionByKey: Map<string, SessionState>
  readonly views: Map<string, ViewState>
  /** In order of (at, id). */
  readonly claims: StoredClaim[]
  readonly unlinks: Unlink[]
  /** The largest number of a view. */
  lastView: number
  /** No stored event of this browser has a later id; null where that is not known. */
  newestId: string | null
}

/** Where a stored event stands, with what a repeated delivery may still change or contradict. */
export interface StoredPlace {
  readonly browser: number
  readonly session: number
  readonly n: number
  readonly at: number
  readonly human: boolean
  /** What was said, without when; see `payloadOf`. */
  readonly payload: string
}

export interface PlacedEvent {
  readonly event: HistoryEvent
  readonly session: number
  readonly n: number
}

/** What a decision may look at. Reads inside the transaction, and never what the same group adds. */
export interface Loaded {
  /** The browser a delivery names, if anything of it is stored. */
  knownBrowser(delivery: Delivery): BrowserState | undefined
  /** The same, begun if it is new. To be called only when an event of it is added. */
  openBrowser(delivery: Delivery): BrowserState
  browser(ref: number): BrowserState
  /** A claim by its number, as its browser has it. */
  claim(ref: number): StoredClaim | undefined
  /** The event known by this id in this scope: the browser's number, or minus the site's where cookieless. */
  stored(scope: number, id: string): StoredPlace | undefined
  eventsOfSession(browser: BrowserState, session: SessionState): HistoryEvent[]
  eventsOfBrowser(browser: BrowserState): PlacedEvent[]
  /**
   * Every claim connected to these: through claims that name both an id and an e-mail, and from a
   * link in an e-mail to all that was claimed in the browsers where it was followed.
   */
  connectedClaims(site: number, keys: readonly ClaimKeys[]): StoredClaim[]
  /** A visitor by its number, with its browser. */
  visitor(
    ref: number,
  ): { readonly browser: BrowserState; readonly visitor: VisitorState } | undefined
  /** The ids that a lead is known by. */
  idsOf(lead: number): { readonly userIds: readonly string[]; readonly emails: readonly string[] }
  /** The one lead that all of these ids are bound to already, with its last claim; cheap. */
  knownLead(site: number, keys: ClaimKeys): KnownLead | undefined
  /** Numbers for new rows; a number is used once. */
  nextRef(of: 'browser' | 'visitor' | 'session' | 'lead'): number
}

export interface ClaimKeys {
  readonly userId: string | null
  readonly email: string | null
  readonly link: string | null
}

export interface KnownLead {
  readonly ref: number
  readonly emailCount: number
  readonly verification: Verification
  readonly traits: Readonly<Record<string, string | number | boolean>>
  readonly lastClaim: { readonly at: number; readonly id: string }
  /** A strong claim gave just these ids before. */
  readonly isProven: boolean
}

export interface LeadChange {
  readonly ref: number
  readonly site: number
  /** The address that is shown. */
  readonly email: string | null
  readonly emails: readonly string[]
  readonly userId: string | null
  readonly verification: Verification
  readonly traits: Readonly<Record<string, string | number | boolean>>
}

/** What a decision wants written. States are the loaded objects, changed in place. */
export interface Changes {
  readonly events: NewPlacedEvent[]
  /** Stored events whose session a later delivery proved human. */
  readonly proofs: { readonly session: number; readonly n: number }[]
  /** Stored events that changed session when a gap closed. */
  readonly moves: {
    readonly from: PlacedEvent
    readonly session: SessionState
    readonly n: number
  }[]
  readonly visitors: Map<VisitorState, BrowserState>
  readonly sessions: Map<SessionState, BrowserState>
  readonly views: Map<ViewState, BrowserState>
  readonly removedVisitors: VisitorState[]
  readonly removedSessions: SessionState[]
  /** To add to what is stored, by visitor. */
  readonly bucketDeltas: Map<VisitorState, Map<number, Bucket>>
  /** To put in place of what is stored, by visitor. */
  readonly bucketsReplaced: Map<VisitorState, ReadonlyMap<number, Bucket>>
  readonly claims: Set<StoredClaim>
  readonly leads: Map<number, LeadChange>
  /** Leads that are no more, each with the one that took its first claim. */
  readonly removedLeads: Map<number, number>
  /** Leads that were nobody before. */
  readonly newLeads: Set<number>
  readonly unlinks: (Unlink & { readonly lead: number; readonly by: string })[]
  /** Leads whose score or face may read differently now. */
  readonly changedLeads: Set<number>
  conflictingIds: number
}

export interface NewPlacedEvent {
  readonly browser: BrowserState
  readonly session: SessionState
  readonly n: number
  readonly receivedAt: number
  readonly event: NewEvent
  human: boolean
}

export interface DeliveryCounts {
  accepted: number
  duplicates: number
  /** Events that are refused because they are new; see `NewEvent.refusal`. */
  readonly refused: NewEvent[]
}

/** Everything that may be done inside one transaction. */
export interface Transaction {
  readonly now: Loaded
  /** Writes what a group decided, and what of it was refused. */
  write(changes: Changes, rejected: readonly RejectedEvent[], at: number): void
  /**
   * Takes everything of a lead out of the tables, but for hashes that keep it out; null where there is none.
   * What it left has to be folded in the same transaction; see `foldRest`.
   */
  erase(lead: number, at: number): Erased | null
  /** Takes what happened in stretches of browsers out; the browsers it was done to. The same holds. */
  eraseStretches(stretches: readonly Stretch[]): readonly number[]
  /** Takes a piece of what is too old out; the same holds. */
  prune(endedBefore: number): Pruned
  /** Keeps an event that could not be taken. */
  quarantine(event: Omit<QuarantinedEvent, 'ref'>): void
  /** Adds to what is counted of a site. */
  count(
    counts: readonly { readonly site: number; readonly name: string; readonly by: number }[],
  ): void
  /** With what `write` has written. */
  standingOf(lead: number): LeadStanding | undefined
  /** Leads whose look is due at an instant, those due longest first. */
  dueLeads(at: number, limit: number): number[]
  settle(lead: SettledLead): void
  addOutcome(outcome: NewOutcome): number
  /** Whether this lead had it. */
  removeOutcome(ref: number, lead: number): boolean
  addAdjustment(adjustment: NewAdjustment): number
  removeAdjustment(ref: number, lead: number, at: number): boolean
  /** Has every lead looked at from an instant on, those that are due before it when they are due. */
  lookAtAll(at: number): void
  /** Takes what webhooks are to be told. */
  readonly outbox: Outbox
}

/** The writing half of a store. There is one, in one thread; every method is one transaction. */
export interface WriteStore extends Forgetful, SiteStore {
  /**
   * Does `work` and flushes it to disk. When it returns, everything written survives a power cut;
   * when it throws, nothing of it happened.
   */
  apply<T>(work: (transaction: Transaction) => T): T
  /** Whether any lead is to be looked at by an instant; asks without writing. */
  hasDueLeads(at: number): boolean
  addKey(key: NewKey): number
  removeKey(ref: number): boolean
  /** Writes down who did what. */
  addAudit(entry: AuditEntry): void
  readonly accounts: AccountStore
  readonly views: ViewStore
  readonly answers: AnswerStore
  readonly importRuns: ImportRuns
  readonly webhooks: WebhookStore
  readonly crms: CrmStore
  readonly mail: MailStore
  /** In how many browsers somebody is claimed already, counted up to `limit`; see `DevicesOf`. */
  readonly devicesOf: DevicesOf
  /** Some of the events in quarantine, oldest first, behind a number. */
  quarantined(asked: AskedRequeue, after: number): readonly QuarantinedEvent[]
  countQuarantined(): number
  dropQuarantined(ref: number): boolean
  /** Asks whoever ingests to requeue, as only one process writes events; it is heeded within a second. */
  askRequeue(asked: AskedRequeue): void
  /** What was asked for and is not done. */
  askedRequeues(): readonly AskedRequeue[]
  /** Tells that it is done; whoever asked waits for that. */
  forgetRequeue(asked: AskedRequeue): void
  /** What was erased, and the key of its hashes. */
  tombstones(): { readonly key: Uint8Array; readonly tombstones: readonly Tombstone[] }
  /** The random salt of a UTC day, made when first asked for. */
  saltOf(day: number): Uint8Array
  /** Forgets the salts of the days before this one; no file keeps their bytes once no reader is in the way. */
  forgetSalts(before: number): void
  /** Models and what is counted for them. */
  readonly models: ModelStore
  readonly file: StoreFile
  settings(): Readonly<Record<string, string | number>>
  /** Whether another process has changed sites or keys since this was last asked. */
  hasForeignChanges(): boolean
  /** Writes and flushes something small; throws where the store can't be written. */
  checkWritable(): void
  /** Empties the write-ahead log, which shows what was deleted; false where a reader is in the way. */
  emptyLog(): boolean
  /** Leads whose tombstones came with another store; see `noteBuried`. */
  buriedLeads(): readonly { readonly lead: number; readonly erasedAt: number }[]
  /** The same of browsers, whoever holds them. */
  buriedStretches(): readonly Stretch[]
  /** Notes that those were erased again. */
  noteBuried(): void
  /** Drops refused and waiting events that name somebody; may be done beside a running collector. */
  eraseMentions(who: Mentioned, erasedAt: number): Mentions
  /** Drops what is kept for days: refused and waiting events, and what has run out. */
  dropExpired(bounds: {
    readonly keptSince: number
    readonly now: number
    /** From when on it is kept who did what. */
    readonly auditSince: number
  }): Expired
  /** Copies that still are. */
  backups(now: number): readonly Backup[]
  /** Folds the write-ahead log into the file. */
  checkpoint(): void
  close(): void
}
