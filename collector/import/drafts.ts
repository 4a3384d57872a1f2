import { newSecret } from '../http/auth.ts'
import type { Fate } from './plan.ts'
import type { TakenFate } from './take-leads.ts'

/**
 * Files that were read and wait for a yes, and what came of them: in memory alone, for a quarter of an hour,
 * and only for the session that brought them. A session has one; a restart, and erasing anybody, forgets all.
 */

export interface Draft {
  readonly id: string
  readonly credential: string
  /** Public id of the site that it is for. */
  readonly site: string
  /** As the file was called. */
  readonly name: string
  readonly state: Waiting | Done
}

export interface Waiting {
  readonly kind: 'waiting'
  /** What its rows are. */
  readonly what: 'outcomes' | 'leads'
  readonly bytes: Uint8Array
}

/** Its rows by what became of them, and those that were passed over as a CSV. */
export type Done = { readonly kind: 'done'; readonly skipped: string } & (
  | { readonly what: 'outcomes'; readonly counts: Readonly<Record<Fate, number>> }
  | { readonly what: 'leads'; readonly counts: Readonly<Record<TakenFate, number>> }
)

export interface Drafts {
  /** Its id, in place of what the session had before. */
  put(draft: Omit<Draft, 'id' | 'state'>, bytes: Uint8Array, what?: Waiting['what']): string
  find(id: string, credential: string): Draft | null
  /**
   * Does the work of a waiting draft, once however often it is asked for at a time.
   * Where it fails, or answers null, the draft waits again.
   */
  finish(draft: Draft, work: (waiting: Waiting) => Promise<Done | null>): Promise<void>
  /** Forgets all of them. */
  forget(): void
}

const KEPT_MS = 15 * 60_000
const MAX_HELD = 20 * 1024 * 1024

export function createDrafts(clock: () => number): Drafts {
  // In order of age, so the oldest is forgotten first.
  const held = new Map<string, { draft: Draft; until: number }>()
  const working = new Map<string, Promise<Done | null>>()

  function forgetOld(): void {
    let size = 0
    for (const { draft } of held.values()) size += sizeOf(draft)
    for (const [id, { draft, until }] of held) {
      if (until > clock() && size <= MAX_HELD) return
      held.delete(id)
      size -= sizeOf(draft)
    }
  }

  return {
    put(draft, bytes, what = 'outcomes') {
      for (const [id, one] of held) if (one.draft.credential === draft.credential) held.delete(id)
      const id = newSecret()
      const state = { kind: 'waiting', what, bytes } as const
      held.set(id, { draft: { ...draft, id, state }, until: clock() + KEPT_MS })
      forgetOld()
      setTimeout(forgetOld, KEPT_MS + 1).unref()
      return id
    },
    find(id, credential) {
      forgetOld()
      const one = held.get(id)
      return one?.draft.credential === credential ? one.draft : null
    },
    async finish(draft, work) {
      const { id } = draft
      const { state } = held.get(id)?.draft ?? draft
      const begun = working.get(id)
      if (begun || state.kind === 'done') {
        await begun
        return
      }
      const begin = work(state)
      working.set(id, begin)
      try {
        const done = await begin
        const one = held.get(id)
        if (one && done) held.set(id, { ...one, draft: { ...draft, state: done } })
      } finally {
        working.delete(id)
      }
    },
    forget: () => held.clear(),
  }
}

function sizeOf({ state }: Draft): number {
  return state.kind === 'waiting' ? state.bytes.length : state.skipped.length
}
