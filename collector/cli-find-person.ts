import { Option } from 'commander'
import { counted } from './cli-what-if.ts'
import { SETTINGS } from './config.ts'
import { normalEmail } from './ingest/text.ts'
import type { HeldJson } from './store/held.ts'
import { refOf } from './store/ids.ts'
import type { Mentioned, Mentions } from './store/records.ts'
import type { InternalReader } from './store/sqlite/read/reader.ts'

/** Whom `pique erase` and `export` are about: somebody who is known, or is only named in what waits or was refused. */

export interface PersonOptions {
  readonly store: string
  readonly site?: string
  readonly retentionMonths: string
}

const NO_MENTIONS: Mentions = { waiting: 0, refused: 0 }

interface FoundWho {
  /** Null where nobody is known by this name. */
  readonly held: HeldJson | null
  /** By which name refused and waiting events are searched; null for the number of a lead. */
  readonly name: Mentioned | null
  /** Events that name this person though they never happened, wherever was asked. */
  readonly all: Mentions
  /** Those of them that are not of the site that knows the person. */
  readonly elsewhere: Mentions
}

/** Reads what is held about a person; throws where it is more than one. */
export async function findPerson(
  reader: InternalReader,
  who: string,
  options: PersonOptions,
  now: number,
): Promise<FoundWho> {
  const { site } = options
  const siteRef = site === undefined ? null : refOf('site', site)
  if (site !== undefined && !(await reader.sites()).some(({ id }) => id === site)) {
    throw new Error(`there is no site ${site}; \`pique site list\` shows them`)
  }
  const found = await reader.held(idOf(who), { site }, { now, retentionMonths: monthsOf(options) })
  if (found.kind === 'ambiguous') {
    throw new Error(`several sites know ${who}; say which with --site`)
  }
  const held = found.kind === 'found' ? found.value : null
  const name = nameOf(who, siteRef)
  if (!name) return { held, name, all: NO_MENTIONS, elsewhere: NO_MENTIONS }
  const all = await reader.mentions(name)
  if (!held) return { held, name, all, elsewhere: all }
  const own = await reader.mentions({ ...name, site: refOf('site', held.lead.site) })
  const elsewhere = { waiting: all.waiting - own.waiting, refused: all.refused - own.refused }
  return { held, name, all, elsewhere }
}

export function nobody(who: string, { waiting, refused }: Mentions): string {
  if (waiting + refused === 0) {
    return `nobody is known as ${who}; expected an e-mail, user:42 or ld_7`
  }
  return `nobody is known as ${who}, but ${counted(waiting, 'waiting event')} and ${counted(refused, 'refused event')} have that name; \`pique erase\` drops them`
}

function nameOf(who: string, site: number | null): Mentioned | null {
  const [, kind, text = ''] = /^(email|user):(.+)$/su.exec(idOf(who)) ?? []
  if (kind === 'user') return { kind, value: text, site }
  const value = kind === 'email' ? normalEmail(text) : null
  return value === null ? null : { kind: 'email', value, site }
}

export function retentionOption(): Option {
  const { name, placeholder, sentence, initial } = SETTINGS.retentionMonths
  return new Option(`--${name} <${placeholder}>`, sentence)
    .env('PIQUE_RETENTION_MONTHS')
    .default(initial)
}

export function monthsOf({ retentionMonths }: PersonOptions): number {
  const { name, check } = SETTINGS.retentionMonths
  const expected = check(retentionMonths)
  if (expected !== null) {
    throw new Error(`--${name} is ${JSON.stringify(retentionMonths)}; expected ${expected}`)
  }
  return Number(retentionMonths)
}

function idOf(who: string): string {
  return /^(email|user):|^ld_/.test(who) || !who.includes('@') ? who : `email:${who}`
}
