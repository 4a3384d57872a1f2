import { createTouchReader } from '../attribution/touch-reader.ts'
import disposable from '../scoring/disposable-mail-domains.txt'
import free from '../scoring/free-mail-domains.txt'
import { createMailDomains, type MailDomains } from '../scoring/mail-domains.ts'
import { dayOf } from '../scoring/tables.ts'
import type { AccountStore } from '../store/account-store.ts'
import type { NewModel } from '../store/model-store.ts'
import { openStore } from '../store/open.ts'
import type { NewAdjustment, NewOutcome } from '../store/standing.ts'
import type { NewKey, Site, WriteStore } from '../store/store.ts'
import { createAgents } from './agent.ts'
import { foldUnlink } from './fold.ts'
import { createModelKeeper, type ModelProgress } from './model-keeper.ts'
import { type Answer, createPipeline, type RawDelivery } from './pipeline.ts'
import { catchUp, catchUpOn, settleLeads, settleWord } from './settle.ts'

/** Everything that writes, in one thread: the ingest pipeline, what people change, and the clock. */
export interface WriterService extends AccountStore {
  ingest(raws: readonly RawDelivery[]): readonly Answer[]
  addSite(site: Omit<Site, 'ref'>): Site
  removeSite(ref: number): boolean
  addKey(key: NewKey): number
  removeKey(ref: number): boolean
  sites(): readonly Site[]
  /** Sales' word, which sets the stage; its number, or null where there is no such lead. */
  addOutcome(outcome: NewOutcome): number | null
  /** Takes sales' word back; whether this lead had it. */
  removeOutcome(lead: number, ref: number, now: number): boolean
  addAdjustment(adjustment: NewAdjustment): number | null
  removeAdjustment(lead: number, ref: number, now: number): boolean
  /** Undoes the link of a visitor to its lead; whether there was one. */
  unlink(undo: Undo): boolean
  /** Publishes a version; it scores at once, or when what it counts has been counted. */
  publishModel(model: NewModel): Published
  /** The version that is still counting, or null. */
  modelProgress(): ModelProgress | null
  /** What makes the promise of durability true; throws while the store can't be written. */
  settings(): Readonly<Record<string, string | number>>
  /** To be called every hour: no salt gets older than two days. */
  forgetSalts(now: number): void
  /** Begins to do what the clock alone changes, and leaves the rest to `work`; to be called every second. */
  look(now: number): void
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
}

const HOUR_MS = 3_600_000
const SALT_LIFE_MS = 48 * HOUR_MS

export function openWriterService(
  { store: path, initialModel, now, patienceMs = 0 }: WriterOptions,
  domains: MailDomains = createMailDomains(free, disposable),
): WriterService {
  const store = openStore(path, 'alone')
  forgetSalts(store, now)
  const touchOf = createTouchReader()
  const models = createModelKeeper({ store, touchOf, domains, initialModel }, now)
  const health = createHealth(store)
  const pipeline = createPipeline({
    store: { ...store, apply: health.apply },
    models,
    agents: createAgents(),
    touchOf,
  })
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
    isStale = false
  }
  function removeSaid(
    kind: 'removeOutcome' | 'removeAdjustment',
    lead: number,
    ref: number,
    at: number,
  ) {
    return store.apply((transaction) => {
      catchUpOn(transaction, models.judge(), [lead], at)
      const own = transaction[kind](ref, lead)
      if (own) settleWord(transaction, models.judge(), { lead, at, note: 'taken back' })
      return own
    })
  }
  return {
    ingest(raws) {
      return health.watch(() => {
        heedOthers(raws.at(-1)?.receivedAt ?? lastAt)
        return pipeline.ingest(raws)
      })
    },
    addSite(site) {
      const added = store.addSite(site)
      pipeline.refreshSites()
      return added
    },
    removeSite(ref) {
      const wasThere = store.removeSite(ref)
      pipeline.refreshSites()
      return wasThere
    },
    addKey: (key) => store.addKey(key),
    removeKey: (ref) => store.removeKey(ref),
    ...store.accounts,
    sites: () => store.sites(),
    addOutcome: (outcome) =>
      store.apply((transaction) => {
        const { lead, recordedAt: at, reason: note } = outcome
        if (!transaction.standingOf(lead)) return null
        catchUpOn(transaction, models.judge(), [lead], at)
        const ref = transaction.addOutcome(outcome)
        settleWord(transaction, models.judge(), { lead, at, note })
        return ref
      }),
    removeOutcome: (lead, ref, at) => removeSaid('removeOutcome', lead, ref, at),
    addAdjustment: (adjustment) =>
      store.apply((transaction) => {
        if (!transaction.standingOf(adjustment.lead)) return null
        catchUpOn(transaction, models.judge(), [adjustment.lead], adjustment.at)
        const ref = transaction.addAdjustment(adjustment)
        settleLeads(transaction, models.judge(), [adjustment.lead], adjustment.at)
        return ref
      }),
    removeAdjustment: (lead, ref, at) => removeSaid('removeAdjustment', lead, ref, at),
    unlink: ({ visitor, lead, at, by }) =>
      store.apply((transaction) => {
        const { now: loaded } = transaction
        if (loaded.visitor(visitor)?.visitor.lead !== lead) return false
        const tools = { now: loaded, match: models.match(), touchOf }
        const changes = foldUnlink(visitor, { at, by }, tools)
        if (!changes) return false
        catchUpOn(transaction, models.judge(), changes.changedLeads, at)
        transaction.write(changes, [])
        settleLeads(transaction, models.judge(), changes.changedLeads, at)
        return true
      }),
    publishModel(model) {
      const version = store.apply(() => store.models.publish(model))
      isStale = true
      heedOthers(model.publishedAt)
      const until = performance.now() + patienceMs
      while (models.progress() && performance.now() < until) models.work(model.publishedAt)
      return { version, isActive: models.judge().model.version === version }
    },
    modelProgress: () => models.progress(),
    settings() {
      health.check()
      return store.settings()
    },
    forgetSalts: (at) => forgetSalts(store, at),
    look(at) {
      heedOthers(at)
      if (store.hasDueLeads(at)) lookAt(at)
    },
    work(at = lastAt) {
      const { version } = models.judge().model
      if (version !== lookedUnder) lookedUntil = at // everybody is judged anew
      lookedUnder = version
      return lookedUntil === null ? models.work(at) : lookAt(lookedUntil)
    },
    close() {
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
