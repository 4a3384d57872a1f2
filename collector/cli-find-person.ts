import { Option } from 'commander'
import { siteNamed } from './cli-site.ts'
import { counted } from './cli-what-if.ts'
import { SETTINGS } from './config.ts'
import { type FoundWho, findPerson as find } from './find-person.ts'
import type { Mentions } from './store/records.ts'
import type { InternalReader } from './store/sqlite/read/reader.ts'

/** Whom `pique erase` and `export` are about, as they were called on the command line. */

export interface PersonOptions {
  readonly store: string
  readonly site?: string
  readonly retentionMonths: string
}

/** Reads what is held about a person; throws where it is more than one. */
export async function findPerson(
  reader: InternalReader,
  who: string,
  options: PersonOptions,
  now: number,
): Promise<FoundWho> {
  const asked = options.site
  const site = asked === undefined ? undefined : siteNamed(await reader.sites(), asked).id
  const found = await find(reader, who, { site, now, retentionMonths: monthsOf(options) })
  if (found === 'ambiguous') {
    throw new Error(`several sites know ${who}; say which with --site`)
  }
  return found
}

export function nobody(who: string, { waiting, refused, links }: Mentions): string {
  if (waiting + refused + links === 0) {
    return `nobody is known as ${who}; expected an e-mail, user:42 or ld_7`
  }
  const more = links > 0 ? `, ${counted(links, 'e-mail link')}` : ''
  return `nobody is known as ${who}, but ${counted(waiting, 'waiting event')}${more} and ${counted(refused, 'refused event')} have that name; \`pique erase\` drops them`
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
