import { normalEmail } from './ingest/text.ts'
import type { HeldJson } from './store/held.ts'
import { refOf } from './store/ids.ts'
import type { Mentioned, Mentions } from './store/records.ts'
import type { InternalReader } from './store/sqlite/read/reader.ts'

/** Whom an erasure or an export is about: somebody who is known, or is only named in what waits or was refused. */

const NO_MENTIONS: Mentions = { waiting: 0, refused: 0, links: 0 }

export interface FoundWho {
  /** Null where nobody is known by this name. */
  readonly held: HeldJson | null
  /** By which name refused and waiting events are searched; null for the number of a lead. */
  readonly name: Mentioned | null
  /** Events that name this person though they never happened, wherever was asked. */
  readonly all: Mentions
  /** Those of them that are not of the site that knows the person. */
  readonly elsewhere: Mentions
}

export interface PersonAsk {
  /** Of this site alone; the id of one that there is. */
  readonly site?: string | undefined
  readonly now: number
  readonly retentionMonths: number
}

/** Reads what is held about a person by an e-mail, `user:42` or `ld_7`; `ambiguous` where several sites know one. */
export async function findPerson(
  reader: Pick<InternalReader, 'held' | 'mentions'>,
  who: string,
  { site, now, retentionMonths }: PersonAsk,
): Promise<FoundWho | 'ambiguous'> {
  const found = await reader.held(idOf(who), { site }, { now, retentionMonths })
  if (found.kind === 'ambiguous') return 'ambiguous'
  const held = found.kind === 'found' ? found.value : null
  const name = nameOf(who, site === undefined ? null : refOf('site', site))
  if (!name) return { held, name, all: NO_MENTIONS, elsewhere: NO_MENTIONS }
  const all = await reader.mentions(name)
  if (!held) return { held, name, all, elsewhere: all }
  const own = await reader.mentions({ ...name, site: refOf('site', held.lead.site) })
  const elsewhere = {
    waiting: all.waiting - own.waiting,
    refused: all.refused - own.refused,
    links: all.links - own.links,
  }
  return { held, name, all, elsewhere }
}

/** How much erasing somebody takes. */
export interface ErasedFacts {
  readonly events: number
  readonly visitors: number
  readonly waiting: number
  readonly refused: number
}

export function factsOf({ held, elsewhere }: FoundWho): ErasedFacts {
  return {
    events: held?.sessions.reduce((sum, session) => sum + session.events.length, 0) ?? 0,
    visitors: held?.visitors.length ?? 0,
    waiting: (held?.waiting.length ?? 0) + elsewhere.waiting,
    refused: (held?.refused.length ?? 0) + elsewhere.refused,
  }
}

export function hasMentions({ elsewhere }: FoundWho): boolean {
  return elsewhere.waiting + elsewhere.refused + elsewhere.links > 0
}

function nameOf(who: string, site: number | null): Mentioned | null {
  const [, kind, text = ''] = /^(email|user):(.+)$/su.exec(idOf(who)) ?? []
  if (kind === 'user') return { kind, value: text, site }
  const value = kind === 'email' ? normalEmail(text) : null
  return value === null ? null : { kind: 'email', value, site }
}

function idOf(who: string): string {
  return /^(email|user):|^ld_/.test(who) || !who.includes('@') ? who : `email:${who}`
}
