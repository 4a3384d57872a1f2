import type { AccountJson, KeyJson, Role, SiteJson } from '../store/shapes.ts'
import { maybeWhen, type When } from './words.ts'

/** What the panels of Settings show. */

export type SettingsTab = 'people' | 'sites' | 'keys' | 'data' | 'erase' | 'audit' | 'you'

/** In their order. All but the last are the owner's. */
export const SETTINGS_TABS: readonly { readonly tab: SettingsTab; readonly label: string }[] = [
  { tab: 'people', label: 'People' },
  { tab: 'sites', label: 'Sites' },
  { tab: 'keys', label: 'Keys' },
  { tab: 'data', label: 'Data and retention' },
  { tab: 'erase', label: 'Erase' },
  { tab: 'audit', label: 'Audit log' },
  { tab: 'you', label: 'You' },
]

export interface TabView {
  readonly label: string
  readonly href: string
  readonly current: boolean
}

/** The tabs that somebody may open; none where there is one alone. */
export function presentTabs(current: SettingsTab, role: Role): TabView[] {
  if (role !== 'owner') return []
  return SETTINGS_TABS.map(({ tab, label }) => ({
    label,
    href: `/settings/${tab}`,
    current: tab === current,
  }))
}

export interface OwnView {
  readonly words: string
  /** Null where there is no account, and so no password. */
  readonly email: string | null
}

export interface Choice {
  readonly value: string
  readonly label: string
}

export interface PersonView {
  readonly email: string
  readonly role: Role
  readonly roles: readonly Choice[]
  readonly state: string
  readonly since: When | null
  /** When they last signed in; null where nobody knows. */
  readonly signedIn: When | null
  /** Below which the forms of this person are sent. */
  readonly path: string
}

export interface KeyView {
  readonly name: string
  readonly facts: string
  readonly since: When | null
  readonly revokePath: string
}

export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  owner: 'Owner',
  analyst: 'Analyst',
  viewer: 'Viewer',
}

export const ROLE_CHOICES: readonly Choice[] = Object.entries(ROLE_WORDS).map(([value, label]) => ({
  value,
  label,
}))

export function isRole(text: string): text is Role {
  return Object.hasOwn(ROLE_WORDS, text)
}

export function presentOwn(email: string | null, role: Role): OwnView {
  if (email === null) {
    return {
      email,
      words: 'You came in as the owner, with the admin key or a link that works once.',
    }
  }
  const limits = role === 'viewer' ? ' E-mail addresses of leads are shown to you in part.' : ''
  return {
    email,
    words: `You are signed in as ${email}, ${ROLE_WORDS[role].toLowerCase()}.${limits}`,
  }
}

/** `signIns` are the last ones, by the id of an account. */
export function presentPeople(
  accounts: readonly AccountJson[],
  signIns: Readonly<Record<string, string>>,
  now: number,
): PersonView[] {
  return accounts.map(({ id, email, role, has_password, created_at }) => ({
    email,
    role,
    roles: ROLE_CHOICES,
    state: has_password ? 'added' : 'has not set a password yet; added',
    since: maybeWhen(created_at, now),
    signedIn: maybeWhen(signIns[id], now),
    path: `/settings/people/${id}`,
  }))
}

export function presentKeys(
  keys: readonly KeyJson[],
  sites: readonly SiteJson[],
  now: number,
): KeyView[] {
  return keys.map(({ id, name, scopes, site, created_at, expires_at }) => {
    const where = site === null ? 'all sites' : (sites.find((one) => one.id === site)?.name ?? site)
    const day = expires_at?.slice(0, 10)
    const isOver = expires_at !== null && Date.parse(expires_at) <= now
    const end = day ? [isOver ? `ended ${day}` : `until ${day}`] : []
    return {
      name,
      facts: [scopes.join(', '), where, ...end].join(' · '),
      since: maybeWhen(created_at, now),
      revokePath: `/settings/keys/${id}/revoke`,
    }
  })
}

export function siteChoices(sites: readonly SiteJson[]): Choice[] {
  return [
    { value: '', label: 'All sites' },
    ...sites.map(({ id, name }) => ({ value: id, label: name })),
  ]
}

export interface Right {
  readonly what: string
  readonly roles: Readonly<Record<Role, string>>
}

const [YES, NO] = ['Yes', 'No']

/** Who may do what, as the guard has it. */
export const RIGHTS: readonly Right[] = [
  { what: 'See leads, scores and sources', roles: { viewer: YES, analyst: YES, owner: YES } },
  { what: 'See e-mail addresses', roles: { viewer: 'In part', analyst: YES, owner: YES } },
  { what: 'Record outcomes, adjust scores', roles: { viewer: NO, analyst: YES, owner: YES } },
  { what: 'Publish and roll back models', roles: { viewer: NO, analyst: YES, owner: YES } },
  { what: 'Export or erase a person', roles: { viewer: NO, analyst: NO, owner: YES } },
  { what: 'People, sites, keys, this page', roles: { viewer: NO, analyst: NO, owner: YES } },
]
