import { audited } from '../http/audit.ts'
import { fieldOf, readForm } from '../http/form.ts'
import type { Refused } from '../http/people.ts'
import { createTries } from '../http/tries.ts'
import type { Changed } from '../store/account-store.ts'
import { refOf } from '../store/ids.ts'
import type { AccountJson } from '../store/shapes.ts'
import type { NoticeView } from './notice.tsx'
import { isRole, presentOwn, presentPeople, ROLE_CHOICES } from './present-settings.ts'
import { ownPanel, peoplePanel, rolesPanel } from './settings-panels.tsx'
import type { SettingsContext, SettingsPart } from './settings-parts.ts'

/** Who signs in: oneself, and everybody else. */

const TRIES = { most: 10, windowMs: 15 * 60_000, maxNetworks: 1_000 }
const BUSY = 'Too many passwords are being checked at once. Try again in a few seconds.'
const NO_ROLE = 'Choose a role: owner, analyst or viewer.'

export const ownPart: SettingsPart = (pages, { people, entrance, clock }) => {
  const { app } = pages
  const tries = createTries(TRIES, clock)
  const no = (c: SettingsContext, words: string) => pages.refuse(c, 'you', words)

  app.get('/settings/password', (c) => c.redirect('/settings/you', 303))
  app.post('/settings/password', async (c) => {
    const { account } = c.get('access')
    if (!account) return no(c, 'You came in without an account, so there is no password.')
    const form = await readForm(c)
    if (tries.take(account.email) > 0) return no(c, 'Too many tries. Wait a few minutes.')
    const isRight = await people.isPassword(account.email, fieldOf(form, 'current'))
    if (isRight === null) return no(c, BUSY)
    if (!isRight) return no(c, 'The current password did not match.')
    tries.giveBack(account.email)
    const known = (await people.list()).find(({ email }) => email === account.email)
    if (!known) return c.notFound()
    const changed = await people.change(known, { password: fieldOf(form, 'password') })
    if (changed !== 'done') return no(c, wordsOf(changed))
    await entrance.enter(c, account.ref)
    audited(c, { subject: known.id })
    return pages.back(c, 'you', 'password')
  })

  app.post('/settings/sign-out', async (c) => {
    const { account } = c.get('access')
    await people.endSessions(account?.ref ?? 'owner')
    return c.redirect('/login', 303)
  })

  return async (c) => {
    const { account, role } = c.get('access')
    return [ownPanel(presentOwn(account?.email ?? null, role ?? 'viewer'))]
  }
}

export const peoplePart: SettingsPart = (pages, { reader, people, clock, publicUrl }) => {
  const { app } = pages
  const no = (c: SettingsContext, words: string) => pages.refuse(c, 'people', words)

  app.post('/settings/people', async (c) => {
    const form = await readForm(c)
    const [email, role] = [fieldOf(form, 'email'), fieldOf(form, 'role')]
    if (!isRole(role)) return no(c, NO_ROLE)
    const added = await people.add({ email, role }, publicUrl(c))
    if (added === 'taken') return no(c, 'Somebody has an account with this e-mail.')
    if (added === 'busy' || 'problem' in added) return no(c, wordsOf(added))
    audited(c, { subject: added.account.id, detail: role })
    return pages.show(c, 'people', linkNotice(added.account, added.link ?? ''))
  })

  const ofPerson = (
    path: string,
    change: (c: SettingsContext, account: AccountJson) => Promise<Response>,
  ) => {
    // Where a form was answered with a page, somebody may ask for its address again.
    if (path !== 'sign-out') {
      app.get(`/settings/people/:id/${path}`, (c) => c.redirect('/settings/people', 303))
    }
    app.post(`/settings/people/:id/${path}`, async (c) => {
      const account = await people.find(c.req.param('id') ?? '')
      return account ? change(c, account) : no(c, 'That account is gone.')
    })
  }
  ofPerson('role', async (c, account) => {
    const role = fieldOf(await readForm(c), 'role')
    if (!isRole(role)) return no(c, NO_ROLE)
    const changed = await people.change(account, { role })
    audited(c, role === account.role ? null : { detail: `${account.role} to ${role}` })
    return changed === 'done' ? pages.back(c, 'people', 'role') : no(c, wordsOf(changed))
  })
  ofPerson('remove', async (c, account) => {
    const removed = await people.remove(account)
    return removed === 'done' ? pages.back(c, 'people', 'removed') : no(c, wordsOf(removed))
  })
  ofPerson('sign-out', async (c, account) => {
    await people.endSessions(refOf('account', account.id) ?? 0)
    return pages.back(c, 'people', 'sign-out')
  })
  ofPerson('link', async (c, account) =>
    pages.show(c, 'people', linkNotice(account, await people.newLink(account, publicUrl(c)))),
  )

  return async () => {
    const [accounts, signIns] = [await people.list(), await reader.lastSignIns()]
    return [peoplePanel(presentPeople(accounts, signIns, clock()), ROLE_CHOICES), rolesPanel()]
  }
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
