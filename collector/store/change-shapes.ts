import type { DecisionJson, ScoreJson } from './shapes.ts'

export const CHANGE_TYPES = [
  'lead.identified',
  'lead.score_changed',
  'lead.stage_changed',
  'lead.merged',
  'lead.erased',
  'model.published',
] as const
export type ChangeType = (typeof CHANGE_TYPES)[number]

/** What every entry of the feed has; `id` is its place, to go on after. */
interface Change<T extends ChangeType> {
  readonly id: string
  readonly type: T
  /** When it changed. */
  readonly at: string
  readonly lead: string
  readonly site: string
}

/** A lead's newest score, as of the answer. */
export type ScoreChangedJson = Change<'lead.score_changed'> & ScoreJson
/** A change of stage with what it was decided on, as of then. */
export type StageChangedJson = Change<'lead.stage_changed'> &
  Pick<
    DecisionJson,
    'from' | 'to' | 'by' | 'score' | 'score_milli' | 'reasons' | 'fit' | 'model_version'
  > & { readonly as_of: string }
export type IdentifiedJson = Change<'lead.identified'>
/** `lead` goes on; `merged` is no more. */
export type MergedJson = Change<'lead.merged'> & { readonly merged: string }
export type ErasedJson = Change<'lead.erased'>
/** Everybody is scored by another model: whoever keeps scores reads them anew. */
export interface PublishedJson extends Pick<Change<'model.published'>, 'id' | 'type' | 'at'> {
  readonly lead: null
  readonly site: null
  readonly model_version: number
}

export type ChangeJson =
  | ScoreChangedJson
  | StageChangedJson
  | IdentifiedJson
  | MergedJson
  | ErasedJson
  | PublishedJson

/** A piece of the feed; `next_cursor` is where to go on, also at the end. */
export interface ChangesJson {
  readonly data: readonly ChangeJson[]
  readonly next_cursor: string
}
