import { createTouchReader } from '../attribution/touch-reader.ts'
import disposable from '../scoring/disposable-mail-domains.txt'
import free from '../scoring/free-mail-domains.txt'
import { createMailDomains, type MailDomains } from '../scoring/mail-domains.ts'
import { dayOf } from '../scoring/tables.ts'
import type { AccountStore } from '../store/account-store.ts'
import type { AnswerStore } from '../store/answer-store.ts'
import type { AuditEntry } from '../store/audit-store.ts'
import type { CrmStore } from '../store/crm-store.ts'
import type { ImportRuns } from '../store/import-runs.ts'
import type { IntakeStore } from '../store/intake-store.ts'
import type { NewModel } from '../store/model-store.ts'
import { openStore } from '../store/open.ts'
import type { AskedRequeue, Mentioned } from '../store/records.ts'
import type { NewAdjustment, NewOutcome } from '../store/standing.ts'
import type { NewKey, NewSite, Site, SiteChange, WriteStore } from '../store/store.ts'
import type { Notice, StoreOptions } from '../store/store-file.ts'
import type { ViewStore } from '../store/view-store.ts'
import type { WebhookStore } from '../store/webhook-store.ts'
import { createAgents } from './agent.ts'
import { createDiskWatch } from './disk-watch.ts'
import { createEmailLimits } from './email-limits.ts'
import { createClicks, type MadeLink, type MakeLinks, makeEmailLinks } from './email-link.ts'
import { createForgetting, type Forgotten } from './forget.ts'
import { createLimits } from './limits.ts'
import { createModelKeeper, type ModelProgress } from './model-keeper.ts'
import { type Answer, createPipeline, type RawDelivery, refusal } from './pipeline.ts'
import { createPruning, type PruneReport } from './pruning.ts'
import { createRequeuing, type Requeued } from './requeuing.ts'
import { createSaying } from './saying.ts'
import { catchUp } from './settle.ts'
import {
  createCommitTally,
  createSiteCounts,
  createVerdictTally,
  type WriterStats,
} from './stats.ts'
import { createTombs } from './tombs.ts'

/** Everything that writes, in one thread: the ingest pipeline, what people change, and the clock. */
export interface WriterService
  extends AccountStore,
    AnswerStore,
    ViewStore,
    WebhookStore,
    CrmStore,
    IntakeStore,
    ImportRuns {
  ingest(raws: readonly RawDelivery[]): readonly Answer[]
  /**
   * Takes those events out of quarantine that can be taken now, in pieces: `next` is where to go on, null at
   * the end.
   */
  requeue(asked: AskedRequeue, now: number, after?: number): Requeued
  dropQuarantined(ref: number): boolean
  /** Erases a lead, everywhere but in backups; null where there is none. */
  erase(lead: number, at: number): Forgotten | null
  /** Drops refused and waiting events that name somebody; whether no file shows them any more. */
  eraseMentions(who: Mentioned, at: number): boolean
  /** See `Forgetting`. */
  wipe(): boolean
  /** Drops what is too old, all of it now; how much that was. */
  prune(at: number, shrinks: boolean): PruneReport
  /** The same in the background, to be called every hour. */
  startPruning(at: number): void
  /** What this thread has done and holds. */
  stats(): WriterStats
  addSite(site: NewSite): Site & NewSite
  changeSite(ref: number, change: SiteChange): boolean
  removeSite(ref: number): boolean
  /** Of this store alone, and never changed: makes pseudonyms of addresses in logs that are imported. */
  logKey(): Uint8Array
  /** Writes down who did what. */
  addAudit(entry: AuditEntry): void
  addKey(key: NewKey): number
  removeKey(ref: number): boolean
  sites(): readonly Site[]
  /** The key of the site whose write key this is, or null; only its hash is kept. */
  siteOfWriteKey(writeKey: string): string | null
  /** Makes links for e-mails, in the order asked; null where there is no such site. */
  addEmailLinks(asked: MakeLinks): readonly MadeLink[] | null
  removeEmailLink(ref: number): boolean
  /** Sales' word, which sets the stage; its number, or null where there is no such lead. */
  addOutcome(outcome: NewOutcome): number | null
  /**
   * The same of many, in one transaction, so of no more than a few hundred; whether each was new. What a lead
   * is known for already, the same type at the same instant, is not added again.
   */
  addOutcomes(outcomes: readonly NewOutcome[]): readonly ('new' | 'known' | 'nobody')[]
  /** Takes sales' word back; whether this lead had it. */
  removeOutcome(lead: number, ref: number, now: number): boolean
  addAdjustment(adjustment: NewAdjustment): number | null
  removeAdjustment(lead: number, ref: number, now: number): boolean
  /** Undoes the link of a visitor to its lead; whether there was one. */
  unlink(undo: Undo): boolean
  /** Publishes a version; it scores at once, or when what it counts has been counted. */
  publishModel(model: NewModel): Published
  /** The same, but only if this is still the newest version; null where it is not. */
  publishAfter(model: NewModel, newest: number): Published | null
  /** The version that is still counting, or null. */
  modelProgress(): ModelProgress | null
  /** What makes the promise of durability true; throws while the store can't be written. */
  settings(): Readonly<Record<string, string | number>>
  /** To be called every hour: no salt gets older than two days. */
  forgetSalts(now: number): void
  /**
   * Begins to do what the clock alone changes, and leaves the rest to `work`; to be called every second.
   * Returns what the owner is to know; throws where the store's file is gone.
   */
  look(now: number): readonly Notice[]
  /** When the whole store was last found sound; null for never. */
  checkedAt(): number | null
  noteChecked(at: number): void
  /** Does a piece of the work that can wait for deliveries; whether there is more. Now is the last delivery or look. */
  work(now?: number): boolean
  close(): void
}

export interface Undo {
  readonly visitor: number
  readonly lead: number
  readonly at: number
  readonly by: string
}

export interface Published {
  readonly version: number
  readonly isActive: boolean
}

export interface WriterOptions {
  readonly store: string
  /** YAML of the model that an empty store starts with. */
  readonly initialModel: string
  readonly now: number
  /** How long publishing may count at once, so that a small store has its new model before the answer. */
  readonly patienceMs?: number
  /** Off where only the events are of interest, as in a replay of many years in a second. */
  readonly isLimited?: boolean
  /** How long events and anonymous browsers are kept. */
  readonly retentionMonths?: number
  readonly file?: StoreOptions
  /** Below this many free bytes on the store's disk no events are taken. */
  readonly minFreeBytes?: number
  /** Told of mistakes of ours that were survived. */
  readonly onMistake?: (error: unknown) => void
}

const HOUR_MS = 3_600_000
/** The longest that data protection authorities let audience measurement keep. */
const USUAL_RETENTION_MONTHS = 13
const SALT_LIFE_MS = 48 * HOUR_MS

export function openWriterService(
  options: WriterOptions,
  domains: MailDomains = createMailDomains(free, disposable),
): WriterService {
  const { store: path, initialModel, now, patienceMs = 0, file = {}, minFreeBytes = 0 } = options
  const { isLimited = true, retentionMonths = USUAL_RETENTION_MONTHS } = options
  const { onMistake = () => {} } = options
  const store = openStore(path, 'alone', { ...file, now })
  const disk = createDiskWatch(store.file, minFreeBytes, file.ballastBytes ?? 0)
  const untold = [...store.file.notices]
  forgetSalts(store, now)
  const touchOf = createTouchReader()
  const models = createModelKeeper({ store, touchOf, domains, initialModel }, now)
  const health = createHealth(store)
  const tally = createVerdictTally()
  const counts = createSiteCounts()
  const limits = isLimited
    ? { rates: createLimits(), emails: createEmailLimits(store.devicesOf) }
    : null
  const { key, tombstones } = store.tombstones()
  let tombs = createTombs(key, tombstones)
  const commits = createCommitTally()
  const forgetting = createForgetting({ store, models, touchOf, retentionMonths })
  forgetting.eraseAgain(now)
  const pruning = createPruning(store, forgetting)
  let mayHaveOrders = true
  /** Does what commands beside have asked for; pruning ends when it is done. */
  function obey(): void {
    if (!mayHaveOrders) return
    for (const order of store.orders()) {
      if (order.kind === 'prune') {
        pruning.start(order.at)
        continue
      }
      const isGone = forgetting.obey(order)
      tombs = createTombs(key, store.tombstones().tombstones)
      store.endOrder(order, { isGone })
    }
    mayHaveOrders = false
  }
  const pipeline = createPipeline({
    store: { ...store, apply: health.apply },
    models,
    agents: createAgents(),
    touchOf,
    limits,
    tombs: { isErased: (event, from) => tombs.isErased(event, from) },
    clicks: createClicks(store.mail.emailLink),
    tally,
    counts,
    onMistake,
  })
  const requeuing = createRequeuing(store, pipeline)
  let lastAt = now
  /** An instant up to which looks are due, and not all taken. */
  let lookedUntil: number | null = null
  let lookedUnder = models.judge().model.version
  /** Takes some of the looks that are due; true. */
  function lookAt(at: number): boolean {
    const hasMore = store.apply((transaction) => catchUp(transaction, models.judge(), at))
    lookedUntil = hasMore ? at : null
    return true
  }
  let isStale = false
  /** Another process may have changed sites, or published a model. What fails is tried again. */
  function heedOthers(at: number): void {
    lastAt = Math.max(lastAt, at)
    isStale ||= store.hasForeignChanges()
    if (!isStale) return
    pipeline.refreshSites()
    models.refresh(at)
    tombs = createTombs(key, store.tombstones().tombstones)
    mayHaveOrders = true
    isStale = false
    requeuing.heedOrders()
  }
  /** Lets what was just published score, as far as counting for it takes no longer than our patience. */
  function takeOver(version: number, at: number): Published {
    isStale = true
    heedOthers(at)
    const until = performance.now() + patienceMs
    while (models.progress() && performance.now() < until) models.work(at)
    return { version, isActive: models.judge().model.version === version }
  }
  return {
    ingest(raws) {
      const full = () => raws.map(() => refusal('disk_full'))
      if (disk.isLow()) return full()
      try {
        return health.watch(() => {
          heedOthers(raws.at(-1)?.receivedAt ?? lastAt)
          return commits.timed(raws.length, () => pipeline.ingest(raws))
        })
      } catch (error) {
        if (disk.heed(error)) return full()
        throw error
      }
    },
    requeue: requeuing.requeue,
    dropQuarantined: (ref) => store.dropQuarantined(ref),
    erase(lead, at) {
      const forgotten = forgetting.erase(lead, at)
      tombs = createTombs(key, store.tombstones().tombstones)
      return forgotten
    },
    eraseMentions(who, at) {
      store.eraseMentions(who, at)
      tombs = createTombs(key, store.tombstones().tombstones)
      return forgetting.wipe()
    },
    wipe: forgetting.wipe,
    prune: pruning.run,
    startPruning: pruning.start,
    stats: () => ({
      verdicts: tally.read(),
      commits: commits.read(),
      memory: { ...limits?.rates.sizes(), ...limits?.emails.sizes() },
      walBytes: store.file.walBytes(),
      freeBytes: store.file.freeBytes(),
      quarantined: store.countQuarantined(),
      webhooks: store.webhooks.webhookHealth(),
    }),
    addSite(site) {
      const added = store.addSite(site)
      pipeline.refreshSites()
      return added
    },
    changeSite(ref, change) {
      const isThere = store.changeSite(ref, change)
      pipeline.refreshSites()
      return isThere
    },
    removeSite(ref) {
      const wasThere = store.removeSite(ref)
      pipeline.refreshSites()
      return wasThere
    },
    logKey: () => key,
    addAudit: (entry) => store.addAudit(entry),
    addKey: (key) => store.addKey(key),
    removeKey: (ref) => store.removeKey(ref),
    ...store.accounts,
    ...store.views,
    ...store.answers,
    ...store.importRuns,
    ...store.webhooks,
    ...store.crms,
    addIntake: (intake) => store.mail.addIntake(intake),
    removeIntake: (ref) => store.mail.removeIntake(ref),
    intakeOf: (token) => store.mail.intakeOf(token),
    sites: () => store.sites(),
    siteOfWriteKey: (writeKey) => store.siteOfWriteKey(writeKey),
    addEmailLinks: (asked) => makeEmailLinks(store, asked),
    removeEmailLink: (ref) => store.mail.removeEmailLink(ref),
    ...createSaying({ store, models, touchOf }),
    publishModel: (model) =>
      takeOver(
        store.apply(() => store.models.publish(model)),
        model.publishedAt,
      ),
    publishAfter(model, newest) {
      const version = store.apply(() => {
        const last = store.models.pending() ?? store.models.active(initialModel, model.publishedAt)
        return last.version === newest ? store.models.publish(model) : null
      })
      return version === null ? null : takeOver(version, model.publishedAt)
    },
    modelProgress: () => models.progress(),
    settings() {
      if (disk.isLow()) throw new Error('the disk is nearly full')
      health.check()
      return store.settings()
    },
    forgetSalts: (at) => forgetSalts(store, at),
    look(at) {
      const notices = [...untold.splice(0), ...disk.look(at)]
      if (disk.isLow()) return notices
      heedOthers(at)
      obey()
      forgetting.tidyLog()
      pipeline.keepCounts()
      if (store.hasDueLeads(at)) lookAt(at)
      return notices
    },
    checkedAt: () => store.file.checkedAt(),
    noteChecked: (at) => store.file.noteChecked(at),
    work(at = lastAt) {
      if (disk.isLow()) return false
      const { version } = models.judge().model
      if (version !== lookedUnder) lookedUntil = at // everybody is judged anew
      lookedUnder = version
      if (requeuing.work(at)) return true
      if (lookedUntil !== null) return lookAt(lookedUntil)
      if (models.work(at)) return true
      return pruning.work()
    },
    close() {
      pipeline.keepCounts()
      store.checkpoint()
      store.close()
    },
  }
}

/** Forgets what would be older than its life at the next hourly call. */
function forgetSalts(store: WriteStore, now: number): void {
  store.forgetSalts(dayOf(now + HOUR_MS - SALT_LIFE_MS) + 1)
}

/**
 * Whether groups can be written. A failure is told to whoever asks next, until a group succeeds;
 * after that the store is tried, because without traffic no group would ever prove it sound again.
 */
function createHealth(store: WriteStore) {
  let state: 'sound' | 'failed' | 'in doubt' = 'sound'
  const apply: WriteStore['apply'] = (work) => {
    const result = store.apply(work)
    state = 'sound'
    return result
  }
  return {
    apply,
    watch<T>(write: () => T): T {
      try {
        return write()
      } catch (error) {
        state = 'failed'
        throw error
      }
    },
    check() {
      if (state === 'sound') return
      const before = state
      state = 'in doubt'
      if (before === 'failed') throw new Error('the last group could not be written')
      store.checkWritable()
      state = 'sound'
    },
  }
}
