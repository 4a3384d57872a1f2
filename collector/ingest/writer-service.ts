import { createTouchReader } from '../attribution/touch-reader.ts'
import { compileModel } from '../scoring/match.ts'
import { parseModel } from '../scoring/model.ts'
import { openStore } from '../store/open.ts'
import type { NewKey, SignIn, Site } from '../store/store.ts'
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
  settings(): Readonly<Record<string, string | number>>
  close(): void
}

export interface WriterOptions {
  readonly store: string
  /** YAML of the model that an empty store starts with. */
  readonly initialModel: string
  readonly now: number
}

export function openWriterService({
  store: path,
  initialModel,
  now,
}: WriterOptions): WriterService {
  const store = openStore(path, 'alone')
  const { version, yaml } = store.currentModel(initialModel, now)
  const parsed = parseModel(yaml)
  if (!parsed.ok) throw new Error(`model ${version}: ${parsed.problems.join('; ')}`)
  const model = compileModel(parsed.model, version, store.ruleRef)
  const pipeline = createPipeline({
    store,
    model,
    agents: createAgents(),
    touchOf: createTouchReader(),
  })
  return {
    ingest: pipeline.ingest,
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
    settings: () => store.settings(),
    close() {
      store.checkpoint()
      store.close()
    },
  }
}
