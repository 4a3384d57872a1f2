import type { AccountJson, KeyJson, Role, SiteJson } from '../store/shapes.ts'
import { maybeWhen, type When } from './words.ts'

/** What the panels of Settings show. */

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
  /** Below which the forms of this person are sent. */
  readonly path: string
}

export interface KeyView {
  readonly name: string
  readonly facts: string
  readonly since: When | null
  readonly revokePath: string
}

const ROLE_WORDS: Readonly<Record<Role, string>> = {
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

export function presentPeople(accounts: readonly AccountJson[], now: number): PersonView[] {
  return accounts.map(({ id, email, role, has_password, created_at }) => ({
    email,
    role,
    roles: ROLE_CHOICES,
    state: has_password ? 'added' : 'has not set a password yet; added',
    since: maybeWhen(created_at, now),
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
