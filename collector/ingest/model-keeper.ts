import type { TouchReader } from '../scoring/derive.ts'
import { compileExclusion } from '../scoring/exclude.ts'
import { compileFit } from '../scoring/fit.ts'
import type { MailDomains } from '../scoring/mail-domains.ts'
import {
  ACTIVITY_REF,
  type CompiledModel,
  compileModel,
  createMatch,
  matchAny,
} from '../scoring/match.ts'
import { parseModel } from '../scoring/model.ts'
import type { Judge } from '../scoring/reading.ts'
import type { StoredModel } from '../store/model-store.ts'
import type { WriteStore } from '../store/store.ts'
import { catchUp } from './settle.ts'

/**
 * Which model scores, and what a newer one still has to count before it does. A version whose rules
 * count what is counted already takes over at once: new numbers read the same counts. A changed
 * matcher has its own counts: from the moment of publishing, new events are counted for both models,
 * and a scan puts the stored ones in place, page by page, while the old version keeps answering.
 * A scan that is cut off begins again; until it is done nothing reads what it wrote.
 */
export interface ModelKeeper {
  judge(): Judge
  /** Counts for the active model and for the one that waits. */
  match(): CompiledModel['match']
  /** Takes what was published into account, here or by another process. */
  refresh(now: number): void
  /** Does a piece of what is waiting to be done; whether there is more. */
  work(now: number): boolean
  progress(): ModelProgress | null
}

/** How far the version that waits has come. */
export interface ModelProgress {
  readonly version: number
  /** Events counted so far. */
  readonly events: number
  /** Of all browsers, how many have been counted: 0 to 1. */
  readonly share: number
}

export interface ModelKeeperDeps {
  readonly store: WriteStore
  readonly touchOf: TouchReader
  readonly domains: MailDomains
  readonly initialModel: string
}

interface Counting {
  /** By whose model leads are judged when it is done. */
  readonly judge: Judge
  readonly next: (after: number) => { readonly after: number; readonly events: number } | null
  after: number
  events: number
}

/** Counts nothing: all that the model counts is there. */
const NOTHING: Counting['next'] = () => null

export function createModelKeeper(deps: ModelKeeperDeps, startedAt: number): ModelKeeper {
  const { store, touchOf, domains, initialModel } = deps
  const { models } = store
  let active = store.apply(() => judgeOf(models.active(initialModel, startedAt)))
  let match = active.model.match
  let counting: Counting | null = null
  let hasStale = true

  function judgeOf(stored: StoredModel): Judge {
    const parsed = parseModel(stored.yaml)
    if (!parsed.ok) throw new Error(`model ${stored.version}: ${parsed.problems.join('; ')}`)
    return {
      model: compileModel(parsed.model, stored.version, models.ruleRef),
      fit: compileFit(parsed.model.fit),
      exclusion: compileExclusion(parsed.model.exclude, domains),
      domains,
    }
  }

  function refresh(now: number): void {
    const newest = models.active(initialModel, now)
    const pending = models.pending()
    const isKnown = newest.version === active.model.version
    if (isKnown && pending && counting?.judge.model.version === pending.version) return
    // One transaction numbers all rules, or none; nothing is taken over before it is done.
    const next = store.apply(() => {
      const judge = newest.version === active.model.version ? active : judgeOf(newest)
      const waiting = pending && judgeOf(pending)
      return { judge, waiting, counting: countingOf(waiting ?? judge, waiting !== null) }
    })
    active = next.judge
    counting = next.counting
    match = matchAny(next.waiting ? [active.model, next.waiting.model] : [active.model])
    if (next.waiting && counting?.next === NOTHING) finish(counting, now)
  }

  /** What a model has to count before it scores; null where one that scores lacks nothing. */
  function countingOf(judge: Judge, isPending: boolean): Counting | null {
    const { model } = judge
    const missing = new Set(models.uncounted([ACTIVITY_REF, ...model.rules.map((r) => r.ref)]))
    if (missing.size === 0) {
      return isPending ? { judge, next: NOTHING, after: 0, events: 0 } : null
    }
    const rules = model.rules.filter(({ ref }) => missing.has(ref))
    const plan = {
      rules,
      match: createMatch(rules, model.spec.pages),
      touchOf,
      activity: missing.has(ACTIVITY_REF),
    }
    return { judge, next: models.createScan(plan), after: 0, events: 0 }
  }

  /** Makes what was counted the active model, once nobody is due to be judged by the one before; whether it did. */
  function finish({ judge }: Counting, now: number): boolean {
    const { model } = judge
    const isBehind = store.apply((transaction) => catchUp(transaction, active, now))
    if (isBehind) return false
    store.apply((transaction) => {
      const isOther = model.version !== active.model.version
      if (isOther) models.activate(model.version, now)
      models.keepOnly([ACTIVITY_REF, ...model.rules.map((rule) => rule.ref)])
      transaction.lookAtAll(now)
    })
    active = judge
    counting = null
    match = active.model.match
    hasStale = true
    return true
  }

  refresh(startedAt)
  return {
    judge: () => active,
    match: () => match,
    refresh,
    progress() {
      if (!counting) return null
      const { judge, events, after } = counting
      return {
        version: judge.model.version,
        events,
        share: after / Math.max(1, models.lastBrowser()),
      }
    },
    work(now) {
      if (counting) {
        const step = counting.next(counting.after)
        if (!step) {
          finish(counting, now)
          return true
        }
        counting.after = step.after
        counting.events += step.events
        return true
      }
      hasStale = hasStale && models.dropStale()
      return hasStale
    },
  }
}
