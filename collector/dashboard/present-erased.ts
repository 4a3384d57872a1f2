import type { HeldBackupJson } from '../store/held.ts'
import { plural, type When, whenOf } from './words.ts'

/** What was erased, and where it is still. */
export interface ErasedView {
  readonly words: string
  readonly isGone: boolean
  readonly backups: readonly {
    readonly path: string
    readonly made: When
    readonly expires: When
  }[]
}

interface ErasedSource {
  readonly events: number
  readonly visitors: number
  readonly isGone: boolean
  readonly backups: readonly HeldBackupJson[]
}

export function presentErased(gone: ErasedSource, now: number): ErasedView {
  return {
    words: `${plural(gone.events, 'event')} of ${plural(gone.visitors, 'browser')}, with the score, the decisions and all that was said.`,
    isGone: gone.isGone,
    backups: gone.backups.map(({ path, made_at, expires_at }) => ({
      path,
      made: whenOf(made_at, now),
      expires: whenOf(expires_at, now),
    })),
  }
}
