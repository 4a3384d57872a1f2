import type { AuditQuery } from '../store/audit-store.ts'
import type { AccountJson, AuditJson, KeyJson, Page, SiteJson } from '../store/shapes.ts'
import { ACTIONS, actionWords } from './audit-words.ts'
import { hrefOf, leadHref } from './links.ts'
import { type When, whenOf } from './words.ts'

/** The audit log: who did what, to what, and when. */

export interface AuditRow {
  readonly by: string
  readonly did: string
  readonly detail: string
  readonly subject: { readonly text: string; readonly href: string | null } | null
  readonly when: When
  /** Somebody was kept out, or something is gone for good. */
  readonly isGrave: boolean
}

export interface AuditView {
  readonly rows: readonly AuditRow[]
  readonly who: string
  readonly on: string
  readonly actions: readonly {
    readonly value: string
    readonly label: string
    readonly isChosen: boolean
  }[]
  /** Names to choose from; others may be typed. */
  readonly people: readonly string[]
  readonly isFiltered: boolean
  readonly first: string | null
  readonly next: string | null
  readonly csv: string
}

export interface AuditSource {
  readonly page: Page<AuditJson>
  readonly query: AuditQuery
  readonly isFirst: boolean
  readonly known: {
    readonly accounts: readonly AccountJson[]
    readonly keys: readonly KeyJson[]
    readonly sites: readonly SiteJson[]
  }
}

const PATH = '/settings/audit'
const GRAVE: readonly string[] = [
  'sign_in_failed',
  'lead.erased',
  'site.removed',
  'account.removed',
]

export function presentAudit({ page, query, isFirst, known }: AuditSource, now: number): AuditView {
  const { author = '', action = '', subject = '' } = query
  const asked = { who: author, what: action, on: subject }
  const names: Readonly<Record<string, string>> = Object.fromEntries([
    ...known.accounts.map(({ id, email }) => [id, email]),
    ...known.keys.map(({ id, name }) => [id, name]),
    ...known.sites.map(({ id, name }) => [id, name]),
  ])
  return {
    rows: page.data.map((one) => ({
      by: byWords(one.by),
      did: actionWords(one.action),
      detail: one.detail ?? '',
      subject: one.subject === null ? null : subjectOf(one, names),
      when: whenOf(one.at, now),
      isGrave: GRAVE.includes(one.action),
    })),
    who: author,
    on: subject,
    actions: Object.entries(ACTIONS).map(([value, words]) => ({
      value,
      label: words.charAt(0).toUpperCase() + words.slice(1),
      isChosen: value === action,
    })),
    people: [
      ...known.accounts.map(({ email }) => email),
      ...known.keys.map(({ id, name }) => `${name} (${id})`),
      'owner',
      'command line',
    ],
    isFiltered: author !== '' || action !== '' || subject !== '',
    first: isFirst ? null : hrefOf(PATH, asked),
    next: page.next_cursor === null ? null : hrefOf(PATH, { ...asked, cursor: page.next_cursor }),
    csv: hrefOf(`${PATH}.csv`, asked),
  }
}

function byWords(by: string): string {
  if (by === 'owner') return 'The owner'
  if (by === 'command line') return 'The command line'
  return by === 'unknown' ? 'Somebody' : by
}

/** What is known by a name is shown by it; of a lead there is only the number. */
function subjectOf({ subject, action }: AuditJson, names: Readonly<Record<string, string>>) {
  const id = subject ?? ''
  const name = Object.hasOwn(names, id) ? names[id] : undefined
  const text = name === undefined ? id : `${name} (${id})`
  const isLead = /^ld_\d+$/.test(id) && action !== 'lead.erased'
  return { text, href: isLead ? leadHref(id) : null }
}
