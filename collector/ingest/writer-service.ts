import { createTouchReader } from '../attribution/touch-reader.ts'
import { compileModel } from '../scoring/match.ts'
import { parseModel } from '../scoring/model.ts'
import { dayOf } from '../scoring/tables.ts'
import { openStore } from '../store/open.ts'
import type { NewKey, SignIn, Site, WriteStore } from '../store/store.ts'
import { createAgents } from './agent.ts'
import { type Answer, createPipeline, type RawDelivery } from './pipeline.ts'

/** Everything that writes, in one thread: the ingest pipeline and what owners change. */
export interface WriterService {
  ingest(raws: readonly RawDelivery[]): readonly Answer[]
  addSite(site: Omit<Site, 'ref'>): Site
  removeSite(ref: number): boolean
  addKey(key: NewKey): number
  removeKey(ref: number): boolean
  putSignIn(signIn: SignIn): void
  takeLink(hash: Uint8Array, now: number): boolean
  removeSignIn(hash: Uint8Array): void
  sites(): readonly Site[]
  /** What makes the promise of durability true; throws while the store can't be written. */
  settings(): Readonly<Record<string, string | number>>
  /** To be called every hour: no salt gets older than two days. */
  forgetSalts(now: number): void
  close(): void
}

export interface WriterOptions {
  readonly store: string
  /** YAML of the model that an empty store starts with. */
  readonly initialModel: string
  readonly now: number
}

const HOUR_MS = 3_600_000
const SALT_LIFE_MS = 48 * HOUR_MS

export function openWriterService({
  store: path,
  initialModel,
  now,
}: WriterOptions): WriterService {
  const store = openStore(path, 'alone')
  forgetSalts(store, now)
  const { version, yaml } = store.currentModel(initialModel, now)
  const parsed = parseModel(yaml)
  if (!parsed.ok) throw new Error(`model ${version}: ${parsed.problems.join('; ')}`)
  const model = compileModel(parsed.model, version, store.ruleRef)
  const health = createHealth(store)
  const pipeline = createPipeline({
    store: { ...store, apply: health.apply },
    model,
    agents: createAgents(),
    touchOf: createTouchReader(),
  })
  return {
    ingest: (raws) => health.watch(() => pipeline.ingest(raws)),
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
    putSignIn: (signIn) => store.putSignIn(signIn),
    takeLink: (hash, at) => store.takeLink(hash, at),
    removeSignIn: (hash) => store.removeSignIn(hash),
    sites: () => store.sites(),
    settings() {
      health.check()
      return store.settings()
    },
    forgetSalts: (at) => forgetSalts(store, at),
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
  const apply: WriteStore['apply'] = (decide) => {
    store.apply(decide)
    state = 'sound'
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
