import type { FoundWho } from '../find-person.ts'
import type { HeldBackupJson } from '../store/held.ts'
import type { SiteJson } from '../store/shapes.ts'
import type { Choice } from './present-settings.ts'
import { plural } from './words.ts'

/** Erasing somebody: what would go, and what went. */

export interface FindView {
  readonly who: string
  /** Sites that may know the person; empty where that is no question. */
  readonly sites: readonly Choice[]
}

export interface FoundView {
  readonly title: string
  readonly who: string
  readonly site: string
  /** The id of the lead that was found; empty where only events name the person. */
  readonly lead: string
  /** What would go, a line each. */
  readonly goes: readonly string[]
  readonly stays: readonly string[]
}

export interface ErasedView {
  readonly words: string
  readonly stays: readonly string[]
}

interface Asked {
  readonly who: string
  readonly site: string
  readonly found: FoundWho
}

const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

/** Several sites know somebody: which of them is meant. */
export function siteQuestion(who: string, sites: readonly SiteJson[]): FindView {
  return { who, sites: sites.map(({ id, name }) => ({ value: id, label: name })) }
}

export function presentFound(
  { who, site, found }: Asked,
  backups: readonly HeldBackupJson[],
  now: number,
): FoundView {
  const { held, elsewhere } = found
  const waiting = (held?.waiting.length ?? 0) + elsewhere.waiting
  const refused = (held?.refused.length ?? 0) + elsewhere.refused
  const sum = <T>(of: readonly T[] | undefined, count: (one: T) => number) =>
    (of ?? []).reduce((total, one) => total + count(one), 0)
  const goes: [number, string][] = [
    [
      held?.ids.emails.length ?? 0,
      plural(held?.ids.emails.length ?? 0, 'e-mail address', 'e-mail addresses'),
    ],
    [held?.ids.user_ids.length ?? 0, plural(held?.ids.user_ids.length ?? 0, 'user id')],
    [held?.visitors.length ?? 0, plural(held?.visitors.length ?? 0, 'browser')],
    [held?.sessions.length ?? 0, plural(held?.sessions.length ?? 0, 'visit')],
    [
      1,
      plural(
        sum(held?.sessions, ({ events }) => events.length),
        'event',
      ),
    ],
    [
      held?.decisions.length ?? 0,
      plural(held?.decisions.length ?? 0, 'change of stage', 'changes of stage'),
    ],
    [held?.outcomes.length ?? 0, plural(held?.outcomes.length ?? 0, 'outcome')],
    [held?.adjustments.length ?? 0, plural(held?.adjustments.length ?? 0, 'adjustment')],
  ]
  const named: [number, string][] = [
    [waiting, plural(waiting, 'event that waits and names them', 'events that wait and name them')],
    [refused, plural(refused, 'refused event that names them', 'refused events that name them')],
  ]
  const shown = [...(held ? goes : []), ...named].filter(([count]) => count > 0)
  return {
    title: held
      ? `${held.lead.name ?? held.lead.email ?? who} · ${held.lead.id}`
      : `Nobody is known as ${who}`,
    who,
    site,
    lead: held?.lead.id ?? '',
    goes: shown.map(([, words]) => words),
    stays: staysOf(backups, now),
  }
}

export function presentErased(
  {
    found,
    isGone,
    backups,
  }: {
    readonly found: FoundWho
    readonly isGone: boolean
    readonly backups: readonly HeldBackupJson[]
  },
  now: number,
): ErasedView {
  const who = found.held?.lead.id
  const words =
    who === undefined
      ? 'What named this person is erased.'
      : `${who} is erased, with all they did. Whatever is sent again stays away.`
  const files =
    'The files of the store may show bytes of it for some seconds, until the last reader has gone; a store over 128 MB until “pique prune --vacuum”.'
  return { words, stays: [...(isGone ? [] : [files]), ...staysOf(backups, now)] }
}

/** Where the person still is afterwards. */
function staysOf(backups: readonly HeldBackupJson[], now: number): string[] {
  return backups
    .filter(({ expires_at }) => Date.parse(expires_at) > now)
    .map(
      ({ path, expires_at }) =>
        `The backup ${path} still holds this person, until ${days.format(Date.parse(expires_at))}.`,
    )
}
