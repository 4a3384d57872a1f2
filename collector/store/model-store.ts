import type { Match, TouchReader } from '../scoring/derive.ts'
import type { CompiledRule } from '../scoring/match.ts'

/** What the store keeps of models, and of what is counted for them. */

export interface StoredModel {
  readonly version: number
  readonly yaml: string
}

export interface NewModel {
  readonly yaml: string
  readonly note: string
  readonly by: string
  readonly publishedAt: number
}

/** Published models. The active one scores; a newer one waits until what it counts has been counted. */
export interface ModelStore {
  /** The model that scores; `initial` is published as version 1 where there is none. */
  active(initial: string, now: number): StoredModel
  /** The newest version, if it is not yet the active one. */
  pending(): StoredModel | null
  publish(model: NewModel): number
  activate(version: number, now: number): void
  /** The number that stands for a rule's name in buckets, the same for ever. */
  ruleRef(name: string): number
  /** Of these numbers, those whose events have not been counted. */
  uncounted(refs: readonly number[]): number[]
  /** Counts stored events for some rules, in place of what is stored of them. */
  createScan(plan: ScanPlan): (after: number) => ScanProgress | null
  /** The number of the newest browser, which a scan ends with. */
  lastBrowser(): number
  /** Says that these rules are counted from now on, and that no other one is. */
  keepOnly(refs: readonly number[]): void
  /** Drops some of what is stored for rules that are not counted; whether there may be more. */
  dropStale(): boolean
}

/** What a scan counts: these rules, and active days where they were never counted. */
export interface ScanPlan {
  readonly rules: readonly CompiledRule[]
  readonly match: Match
  readonly touchOf: TouchReader
  readonly activity: boolean
}

/** A page of browsers was counted, up to this one; `events` is how many events it had. */
export interface ScanProgress {
  readonly after: number
  readonly events: number
}
