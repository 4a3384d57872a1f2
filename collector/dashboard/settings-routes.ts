import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { jsx } from 'hono/jsx'
import type { Admin } from '../engine.ts'
import { parseInstant } from '../http/api-instant.ts'
import { type GuardedEnv, hashSecret, isOwnChange, newApiKey } from '../http/auth.ts'
import { fieldOf, MAX_FORM_BYTES, readForm } from '../http/form.ts'
import { isSafe } from '../http/own-page.ts'
import type { People, Refused } from '../http/people.ts'
import { refuse } from '../http/refuse.ts'
import type { Entrance } from '../http/session.ts'
import { createTries } from '../http/tries.ts'
import type { Changed } from '../store/account-store.ts'
import { refOf } from '../store/ids.ts'
import type { Reader } from '../store/reader.ts'
import type { AccountJson, Scope } from '../store/shapes.ts'
import { answer } from './answers.tsx'
import type { NoticeView } from './notice.tsx'
import { presentFrame } from './present.ts'
import {
  isRole,
  presentKeys,
  presentOwn,
  presentPeople,
  ROLE_CHOICES,
  siteChoices,
} from './present-settings.ts'
import { Settings, type SettingsPanel } from './settings.tsx'
import { keysPanel, ownPanel, peoplePanel } from './settings-panels.tsx'

export interface SettingsDeps {
  readonly reader: Pick<Reader, 'sites' | 'keys'>
  readonly writer: Pick<Admin, 'addKey' | 'removeKey'>
  readonly people: People
  readonly entrance: Pick<Entrance, 'enter'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Where the collector is reached from outside, without a slash at the end. */
  readonly publicUrl: (c: Context) => string
  readonly demo: boolean
  /** Further panels for owners, by whoever has something to set. */
  readonly morePanels?: () => Promise<readonly SettingsPanel[]>
}

type SettingsContext = Context<GuardedEnv>

const SCOPES: readonly Scope[] = ['read', 'write', 'admin']
const TRIES = { most: 10, windowMs: 15 * 60_000, maxNetworks: 1_000 }
const BUSY = 'Too many passwords are being checked at once. Try again in a few seconds.'
const DONE: Readonly<Record<string, string>> = {
  password: 'Your password is changed, and you are signed out everywhere else.',
  role: 'The role is changed.',
  'sign-out': 'They are signed out everywhere.',
  removed: 'They can’t sign in any more.',
  revoked: 'The key is revoked.',
}

const problem = (words: string): NoticeView => ({ tone: 'problem', words })

/**
 * Settings, to be mounted behind the guard. Everybody who has signed in changes their own password
 * here; the rest is the owner's. What worked leads back to the page, what shows a secret does not.
 */
export function createSettings(deps: SettingsDeps): Hono<GuardedEnv> {
  const { people, writer, entrance, clock, publicUrl } = deps
  const tries = createTries(TRIES, clock)
  const app = new Hono<GuardedEnv>()
  const limit = bodyLimit({ maxSize: MAX_FORM_BYTES, onError: (c) => refuse(c, 'body_too_large') })
  const page = (c: SettingsContext, notice: NoticeView | null = null, status: 200 | 400 = 200) =>
    settingsPage(deps, c, notice, status)
  const back = (c: Context, done: string, at: string) =>
    c.redirect(`/settings?done=${done}#${at}`, 303)

  app.use('/settings/*', limit, async (c, next) => {
    c.header('cache-control', 'no-store')
    const isAllowed = isSafe(c) || isOwnChange(c) || c.get('access').role === 'owner'
    return isAllowed ? next() : refuse(c, 'forbidden', 'this is for owners')
  })

  app.get('/settings', (c) => {
    const words = DONE[c.req.query('done') ?? '']
    return page(c, words === undefined ? null : { tone: 'good', words })
  })

  // Where a form was answered with a page, somebody may ask for its address again.
  const ofOne = ['role', 'remove', 'link'].map((form) => `people/:id/${form}`)
  for (const form of ['password', 'people', ...ofOne, 'keys']) {
    app.get(`/settings/${form}`, (c) => c.redirect('/settings', 303))
  }

  app.post('/settings/password', async (c) => {
    const { account } = c.get('access')
    if (!account)
      return page(c, problem('You came in without an account, so there is no password.'), 400)
    const form = await readForm(c)
    if (tries.take(account.email) > 0)
      return page(c, problem('Too many tries. Wait a few minutes.'), 400)
    const isRight = await people.isPassword(account.email, fieldOf(form, 'current'))
    if (isRight === null) return page(c, problem(BUSY), 400)
    if (!isRight) return page(c, problem('The current password did not match.'), 400)
    tries.giveBack(account.email)
    const known = (await people.list()).find(({ email }) => email === account.email)
    if (!known) return c.notFound()
    const changed = await people.change(known, { password: fieldOf(form, 'password') })
    if (changed !== 'done') return page(c, problem(wordsOf(changed)), 400)
    await entrance.enter(c, account.ref)
    return back(c, 'password', 'own')
  })

  app.post('/settings/sign-out', async (c) => {
    await people.endSessions(c.get('access').account?.ref ?? 'owner')
    return c.redirect('/login', 303)
  })

  app.post('/settings/people', async (c) => {
    const form = await readForm(c)
    const [email, role] = [fieldOf(form, 'email'), fieldOf(form, 'role')]
    if (!isRole(role)) return page(c, problem('Choose a role: owner, analyst or viewer.'), 400)
    const added = await people.add({ email, role }, publicUrl(c))
    if (added === 'taken') return page(c, problem('Somebody has an account with this e-mail.'), 400)
    if (added === 'busy' || 'problem' in added) return page(c, problem(wordsOf(added)), 400)
    return page(c, linkNotice(added.account, added.link ?? ''))
  })

  const ofPerson = (
    path: string,
    change: (c: SettingsContext, account: AccountJson) => Promise<Response>,
  ) =>
    app.post(`/settings/people/:id/${path}`, async (c) => {
      const account = await people.find(c.req.param('id') ?? '')
      return account ? change(c, account) : page(c, problem('That account is gone.'), 400)
    })
  ofPerson('role', async (c, account) => {
    const role = fieldOf(await readForm(c), 'role')
    if (!isRole(role)) return page(c, problem('Choose a role: owner, analyst or viewer.'), 400)
    const changed = await people.change(account, { role })
    return changed === 'done' ? back(c, 'role', 'people') : page(c, problem(wordsOf(changed)), 400)
  })
  ofPerson('remove', async (c, account) => {
    const removed = await people.remove(account)
    return removed === 'done'
      ? back(c, 'removed', 'people')
      : page(c, problem(wordsOf(removed)), 400)
  })
  ofPerson('sign-out', async (c, account) => {
    await people.endSessions(refOf('account', account.id) ?? 0)
    return back(c, 'sign-out', 'people')
  })
  ofPerson('link', async (c, account) =>
    page(c, linkNotice(account, await people.newLink(account, publicUrl(c)))),
  )

  app.post('/settings/keys', async (c) => {
    const form = await readForm(c)
    const name = fieldOf(form, 'name').trim()
    const scope = SCOPES.find((one) => one === fieldOf(form, 'scope'))
    const site = fieldOf(form, 'site')
    const isKnown = site === '' || (await deps.reader.sites()).some(({ id }) => id === site)
    const now = clock()
    const day = fieldOf(form, 'expires')
    const expiresAt = day === '' ? null : parseInstant(day, 'end')
    if (!/^[^\p{Cc}\p{Cs}]{1,100}$/u.test(name)) {
      return page(c, problem('The name of a key has 1 to 100 characters.'), 400)
    }
    if (!scope || !isKnown) return page(c, problem('Choose what the key may do, and where.'), 400)
    if (day !== '' && (expiresAt === null || expiresAt <= now)) {
      return page(c, problem('The last day of a key is a day to come.'), 400)
    }
    const secret = newApiKey()
    await writer.addKey({
      name,
      hash: hashSecret(secret),
      scopes: [scope],
      site: site === '' ? null : refOf('site', site),
      createdAt: now,
      expiresAt,
    })
    return page(c, { tone: 'good', words: `The key “${name}”, shown only now:`, secret })
  })
  app.post('/settings/keys/:id/revoke', async (c) => {
    await writer.removeKey(refOf('key', c.req.param('id')) ?? 0)
    return back(c, 'revoked', 'keys')
  })
  return app
}

async function settingsPage(
  { reader, people, clock, demo, morePanels }: SettingsDeps,
  c: SettingsContext,
  notice: NoticeView | null,
  status: 200 | 400,
): Promise<Response> {
  const { account, role } = c.get('access')
  const [now, sites] = [clock(), await reader.sites()]
  const panels = [ownPanel(presentOwn(account?.email ?? null, role ?? 'viewer'))]
  if (role === 'owner') {
    panels.push(peoplePanel(presentPeople(await people.list(), now), ROLE_CHOICES))
    const keys = presentKeys(await reader.keys(), sites, now)
    panels.push(keysPanel({ keys, sites: siteChoices(sites) }))
    panels.push(...((await morePanels?.()) ?? []))
  }
  const frame = (title: string) =>
    presentFrame({ title, section: 'settings', sites, site: null, demo })
  const visit = { c, now, sites, site: null, isUnknownSite: false, frame }
  return answer(visit, 'Settings', jsx(Settings, { panels }), status, notice)
}

function linkNotice({ email }: AccountJson, secret: string): NoticeView {
  const words = `Give ${email} this link. It sets a password, once, within a day:`
  return { tone: 'good', words, secret }
}

function wordsOf(why: Exclude<Changed, 'done'> | 'done' | Refused): string {
  if (why === 'last_owner') return 'The last owner stays; make somebody else owner first.'
  if (why === 'busy') return BUSY
  return typeof why === 'object' ? why.problem : 'That account is gone.'
}
