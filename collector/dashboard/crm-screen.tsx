import { Hono } from 'hono'
import { isSecretOf, readMapping, readUrl } from '../crm/mapping.ts'
import type { Admin } from '../engine.ts'
import { audited } from '../http/audit.ts'
import type { GuardedEnv } from '../http/auth.ts'
import { fieldOf } from '../http/form.ts'
import { refuse } from '../http/refuse.ts'
import { nameOf } from '../http/sites.ts'
import { publicId, refOf } from '../store/ids.ts'
import type { Reader } from '../store/reader.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import type { Targets } from '../webhooks/targets.ts'
import { answer, type Visit } from './answers.tsx'
import { NoSite } from './connect.tsx'
import { FOR_OWNERS, isOwner } from './connect-actions.ts'
import { Crms } from './crm.tsx'
import { hrefOf } from './links.ts'
import { doneWords, type NoticeView } from './notice.tsx'
import { presentTabs } from './present-connect.ts'
import { CRM, CRM_WORDS, type CrmTyped, crmKindOf, presentCrms } from './present-crm.ts'
import { createScreens } from './screens.ts'
import { OwnersOnly } from './webhooks.tsx'

/** CRMs on Connect, to be mounted behind the guard. They are the owner's. */

export interface CrmPagesDeps {
  readonly reader: Pick<Reader, 'sites'> & Pick<InternalReader, 'crms'>
  readonly writer: Pick<Admin, 'addCrm' | 'removeCrm'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly targets: Targets
  readonly demo: boolean
}

const DONE: Readonly<Record<string, string>> = {
  added: 'It is connected. The first leads are sent within seconds; how it stands shows below.',
  removed: 'It is disconnected: it is sent nothing more, and keeps what it has.',
  gone: 'That CRM was disconnected already.',
}

export function createCrmPages(deps: CrmPagesDeps): Hono<GuardedEnv> {
  const { reader, writer, clock, targets } = deps
  const app = new Hono<GuardedEnv>()
  const { show, act } = createScreens({ app, ...deps })

  async function page(visit: Visit, notice: NoticeView | null, typed: CrmTyped): Promise<Response> {
    const { site, sites, now } = visit
    if (!site) return answer(visit, 'CRM', <NoSite />)
    const view = presentCrms(await reader.crms(), { site, sites, typed, now })
    const shown = <Crms view={view} tabs={presentTabs(site, 'crm', true)} />
    return answer(visit, 'CRM', shown, notice?.tone === 'problem' ? 400 : 200, notice)
  }

  app.get(
    CRM,
    show('connect', (visit) => {
      if (!isOwner(visit)) return answer(visit, 'CRM', <OwnersOnly what="CRMs" />)
      const words = doneWords(DONE, visit.c.req.query('done'))
      const kind = crmKindOf(visit.c.req.query('to'))
      const notice: NoticeView | null = words === undefined ? null : { tone: 'good', words }
      return page(visit, notice, { kind, name: '', url: '', site: '' })
    }),
  )
  act(`${CRM}/add`, 'connect', CRM, async (visit, form) => {
    const { c, sites } = visit
    if (!isOwner(visit)) return refuse(c, 'forbidden', FOR_OWNERS)
    const asked = fieldOf(form, 'kind')
    const kind = crmKindOf(asked)
    const of = fieldOf(form, 'of')
    const typed = {
      kind,
      name: fieldOf(form, 'name').trim(),
      url: fieldOf(form, 'url').trim(),
      site: of,
    }
    const no = (words: string) => page(visit, { tone: 'problem', words }, typed)
    if (asked !== kind) return no('Choose HubSpot or Salesforce.')
    const name = typed.name === '' ? kind : nameOf(typed.name)
    if (name === null) return no('The name has up to 100 characters, on one line.')
    if (of !== '' && !sites.some(({ id }) => id === of)) return no('Choose a site that is there.')
    const secret = fieldOf(form, 'secret').trim()
    if (!isSecretOf(kind, secret)) {
      return no(
        `That is no secret of ${CRM_WORDS[kind].name}; expected ${CRM_WORDS[kind].expects}.`,
      )
    }
    const place = readUrl(kind, kind === 'hubspot' ? undefined : typed.url, targets)
    if ('problem' in place) return no(`The address ${place.problem}.`)
    const usual = readMapping(kind, null)
    if (!usual.ok) throw new Error('the usual mapping is none')
    const ref = await writer.addCrm({
      kind,
      name,
      site: of === '' ? null : refOf('site', of),
      settings: { ...usual.mapping, ...place },
      secret,
      createdAt: clock(),
    })
    audited(c, { subject: publicId('crm', ref), detail: kind })
    return c.redirect(hrefOf(CRM, { site: visit.site?.id, done: 'added' }), 303)
  })
  act(`${CRM}/:id/remove`, 'connect', CRM, async (visit) => {
    const { c, site } = visit
    if (!isOwner(visit)) return refuse(c, 'forbidden', FOR_OWNERS)
    const ref = refOf('crm', c.req.param('id') ?? '')
    const isRemoved = ref !== null && (await writer.removeCrm(ref))
    if (!isRemoved) audited(c, null)
    return c.redirect(hrefOf(CRM, { site: site?.id, done: isRemoved ? 'removed' : 'gone' }), 303)
  })
  return app
}
