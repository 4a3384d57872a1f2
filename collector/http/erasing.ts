import type { Admin } from '../engine.ts'
import { type FoundWho, hasMentions } from '../find-person.ts'
import type { HeldBackupJson } from '../store/held.ts'
import { refOf } from '../store/ids.ts'

/** Erasing somebody for good: the API, the page of a person and the settings page all come here. */
export interface Erasing {
  /** Erases a lead by its number and all it did, everywhere but in backups; null where there is none. */
  eraseLead(lead: number): Promise<ErasedLead | null>
  /**
   * Erases whoever was found, and what waits or was refused that names them; null where somebody else
   * has just erased them.
   */
  eraseFound(found: FoundWho): Promise<{ readonly isGone: boolean } | null>
}

export interface ErasedLead {
  readonly events: number
  readonly visitors: number
  /** No file of the store shows a byte of it any more; else it is so within seconds, or after pruning. */
  readonly isGone: boolean
  /** Copies that still hold the person. */
  readonly backups: readonly HeldBackupJson[]
}

export interface ErasingDeps {
  readonly writer: Pick<Admin, 'erase' | 'eraseMentions'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Files that wait to be imported may name whoever was erased. */
  readonly forgetDrafts: () => void
}

export function createErasing({ writer, clock, forgetDrafts }: ErasingDeps): Erasing {
  async function eraseLead(lead: number): Promise<ErasedLead | null> {
    const gone = await writer.erase(lead, clock())
    if (!gone) return null
    forgetDrafts()
    const { events, visitors, isGone } = gone
    const backups = gone.backups.map(({ path, madeAt, expiresAt }) => ({
      path,
      made_at: new Date(madeAt).toISOString(),
      expires_at: new Date(expiresAt).toISOString(),
    }))
    return { events, visitors, isGone, backups }
  }

  return {
    eraseLead,
    async eraseFound(found) {
      let isGone = true
      if (found.held) {
        const erased = await eraseLead(refOf('lead', found.held.lead.id) ?? 0)
        if (!erased) return null
        isGone = erased.isGone
      }
      if (found.name && hasMentions(found)) {
        isGone = (await writer.eraseMentions(found.name, clock())) && isGone
      }
      forgetDrafts()
      return { isGone }
    },
  }
}
