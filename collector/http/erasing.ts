import type { Admin } from '../engine.ts'
import type { HeldBackupJson } from '../store/held.ts'
import type { Found, Scoped } from '../store/reader.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'

/** What erasing somebody took, and where they are still. */
export interface Erased {
  readonly events: number
  readonly visitors: number
  /** No file shows a byte of it any more; else that takes some more seconds. */
  readonly isGone: boolean
  /** Copies that still hold the person. */
  readonly backups: readonly HeldBackupJson[]
}

export interface Erasing {
  /** Erases a lead everywhere but in backups; `missing` where there is none. */
  erase(id: string, scope: Scoped): Promise<Found<Erased>>
  /** To be told of every erasing: whoever remembers answers forgets them, they may name the person. */
  onErased(listener: () => void): void
}

export interface ErasingDeps {
  readonly reader: Pick<InternalReader, 'leadRef'>
  readonly writer: Pick<Admin, 'erase'>
  /** Epoch milliseconds. */
  readonly clock: () => number
}

/** The one way to erase somebody, for programs and for people. */
export function createErasing({ reader, writer, clock }: ErasingDeps): Erasing {
  const listeners: (() => void)[] = []
  return {
    async erase(id, scope) {
      const lead = await reader.leadRef(id, scope)
      if (lead.kind !== 'found') return lead
      const gone = await writer.erase(lead.value, clock())
      if (!gone) return { kind: 'missing' }
      for (const tell of listeners) tell()
      const { events, visitors, isGone } = gone
      const backups = gone.backups.map(({ path, madeAt, expiresAt }) => ({
        path,
        made_at: isoOf(madeAt),
        expires_at: isoOf(expiresAt),
      }))
      return { kind: 'found', value: { events, visitors, isGone, backups } }
    },
    onErased(listener) {
      listeners.push(listener)
    },
  }
}

function isoOf(at: number): string {
  return new Date(at).toISOString()
}
