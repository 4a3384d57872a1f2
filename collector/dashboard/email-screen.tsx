import { type Context, Hono } from 'hono'
import type { Admin } from '../engine.ts'
import { audited } from '../http/audit.ts'
import { type GuardedEnv, mayUse } from '../http/auth.ts'
import { type Form, fieldOf } from '../http/form.ts'
import { refuse } from '../http/refuse.ts'
import { nameOf } from '../http/sites.ts'
import { problemOfTarget, USUAL_LINK_DAYS } from '../ingest/email-link.ts'
import { normalEmail } from '../ingest/text.ts'
import { intakeAddress, settledSecret } from '../intake/set-up.ts'
import { publicId, refOf } from '../store/ids.ts'
import type { Reader } from '../store/reader.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import { answer, type Visit } from './answers.tsx'
import { NoSite } from './connect.tsx'
import { FOR_OWNERS, isOwner } from './connect-actions.ts'
import { Email } from './email.tsx'
import { hrefOf } from './links.ts'
import { doneWords, type NoticeView } from './notice.tsx'
import { presentTabs } from './present-connect.ts'
import {
  EMAIL,
  type LinkForm,
  PROVIDER_WORDS,
  presentIntakes,
  presentLinkForm,
  providerOf,
} from './present-email.ts'
import { createScreens } from './screens.ts'
import { ReadersMayNot } from './webhooks.tsx'

/** E-mail on Connect, to be mounted behind the guard: intakes are the owner's, links whoever's may write. */

export interface EmailPagesDeps {
  readonly reader: Pick<Reader, 'sites'> & Pick<InternalReader, 'intakes'>
  readonly writer: Pick<Admin, 'addIntake' | 'removeIntake' | 'addEmailLinks'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly demo: boolean
  /** Where the collector is reached from outside, without a slash at the end. */
  readonly homeOf: (c: Context) => string
}

const DONE: Readonly<Record<string, string>> = {
  removed: 'The provider is removed: what is sent to its address is refused from now on.',
  gone: 'That provider was removed already.',
}
const EMPTY: LinkForm = { page: '', email: '', campaign: '' }
const NO_CAMPAIGN = 'The name of a campaign has up to 100 characters, on one line.'

export function createEmailPages(deps: EmailPagesDeps): Hono<GuardedEnv> {
  const { reader, writer, clock, homeOf } = deps
  const app = new Hono<GuardedEnv>()
  const { show, act } = createScreens({ app, ...deps })

  async function page(
    visit: Visit,
    notice: NoticeView | null = null,
    { typed = EMPTY, provider = providerOf(visit.c.req.query('from')) } = {},
  ): Promise<Response> {
    const { c, site, sites, now } = visit
    if (!site) return answer(visit, 'E-mail', <NoSite />)
    const home = homeOf(c)
    const owns = isOwner(visit)
    const intakes = owns
      ? presentIntakes(await reader.intakes(), { site, sites, provider, home, now })
      : null
    const shown = (
      <Email
        siteName={site.name}
        tabs={presentTabs(site, 'email', owns, true)}
        intakes={intakes}
        links={presentLinkForm(site, { typed, home, days: USUAL_LINK_DAYS })}
      />
    )
    return answer(visit, 'E-mail', shown, notice?.tone === 'problem' ? 400 : 200, notice)
  }

  app.get(
    EMAIL,
    show('connect', (visit) => {
      const access = visit.c.get('access')
      if (!mayUse(access, 'write')) return answer(visit, 'E-mail', <ReadersMayNot what="E-mail" />)
      const words = doneWords(DONE, visit.c.req.query('done'))
      return page(visit, words === undefined ? null : { tone: 'good', words })
    }),
  )
  act(`${EMAIL}/intakes`, 'connect', EMAIL, async (visit, form) => {
    const { c, site } = visit
    if (!isOwner(visit)) return refuse(c, 'forbidden', FOR_OWNERS)
    if (!site) return answer(visit, 'E-mail', <NoSite />)
    const { provider, name, secret, wrong } = intakeIn(form)
    if (wrong !== null) return page(visit, { tone: 'problem', words: wrong }, { provider })
    const { ref, token } = await writer.addIntake({
      site: refOf('site', site.id) ?? 0,
      name,
      provider,
      secret,
      settings: { createsLeads: fieldOf(form, 'creates') === 'on', mapping: null },
      createdAt: clock(),
    })
    audited(c, { subject: publicId('intake', ref), detail: provider })
    const address = intakeAddress(homeOf(c), { token, provider, secret })
    const words = `The address to paste at ${PROVIDER_WORDS[provider].name}, shown only now:`
    return page(visit, { tone: 'good', words, secret: address }, { provider })
  })
  act(`${EMAIL}/intakes/:id/remove`, 'connect', EMAIL, async (visit) => {
    const { c, site } = visit
    if (!isOwner(visit)) return refuse(c, 'forbidden', FOR_OWNERS)
    const ref = refOf('intake', c.req.param('id') ?? '')
    const isRemoved = ref !== null && (await writer.removeIntake(ref))
    if (!isRemoved) audited(c, null)
    return c.redirect(hrefOf(EMAIL, { site: site?.id, done: isRemoved ? 'removed' : 'gone' }), 303)
  })
  act(`${EMAIL}/links`, 'connect', EMAIL, async (visit, form) => {
    const { c, site, now } = visit
    if (!site) return answer(visit, 'E-mail', <NoSite />)
    const typed = {
      page: fieldOf(form, 'page').trim(),
      email: fieldOf(form, 'email').trim(),
      campaign: fieldOf(form, 'campaign').trim(),
    }
    const no = (words: string) => page(visit, { tone: 'problem', words }, { typed })
    const email = normalEmail(typed.email)
    if (email === null) return no('Say whom the e-mail goes to, such as ada@example.com.')
    const campaign = typed.campaign === '' ? null : nameOf(typed.campaign)
    if (typed.campaign !== '' && campaign === null) return no(NO_CAMPAIGN)
    const asked = { url: typed.page, email, userId: null, campaign }
    const wrong = problemOfTarget(asked, site.origins)
    if (wrong !== null) return no(`The page ${wrong}.`)
    const links = { site: refOf('site', site.id) ?? 0, links: [asked], now, days: USUAL_LINK_DAYS }
    const [made] = (await writer.addEmailLinks(links)) ?? []
    if (!made) return answer(visit, 'E-mail', <NoSite />)
    audited(c, { subject: publicId('emailLink', made.ref), detail: '1' })
    const words = `The link for ${email}, for the next ${USUAL_LINK_DAYS} days:`
    return page(visit, { tone: 'good', words, secret: made.address }, { typed })
  })
  return app
}

/** What a form says of a provider; `wrong` is a sentence where something of it is. */
function intakeIn(form: Form) {
  const asked = fieldOf(form, 'provider')
  const provider = providerOf(asked)
  const typedName = fieldOf(form, 'name').trim()
  const name = typedName === '' ? provider : nameOf(typedName)
  const secret = fieldOf(form, 'secret').trim() || null
  const settled = settledSecret({ provider, secret, mapping: null })
  const words = PROVIDER_WORDS[provider]
  const made = { provider, name: name ?? provider, secret: settled.ok ? settled.secret : '' }
  if (provider !== asked) return { ...made, wrong: 'Choose a provider.' }
  if (provider === 'generic') {
    return { ...made, wrong: 'Another provider needs a mapping: add it from the command line.' }
  }
  if (name === null) return { ...made, wrong: 'The name has up to 100 characters, on one line.' }
  if (secret !== null && secret.length > 1000) return { ...made, wrong: 'That key is too long.' }
  if (settled.ok) return { ...made, wrong: null }
  const label = words.secret?.toLowerCase() ?? 'key'
  return {
    ...made,
    wrong:
      words.secret === null
        ? `${words.name} has no key to give: its password is made here.`
        : `That is no ${label}: copy it from ${words.name} as it is shown there.`,
  }
}
