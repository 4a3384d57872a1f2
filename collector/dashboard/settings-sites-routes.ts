import { audited } from '../http/audit.ts'
import { type Form, fieldOf, readForm } from '../http/form.ts'
import { MAX_ORIGINS, nameOf, originOf } from '../http/sites.ts'
import { SITE_CONSENTS, type SiteJson } from '../store/shapes.ts'
import { presentSites } from './present-sites.ts'
import { tagOf } from './present-today.ts'
import type { SettingsContext, SettingsPart } from './settings-parts.ts'
import { addedSitePanel, addSitePanel, sitesPanel, type Typed } from './settings-sites.tsx'

/** Sites: what may send, and what the tag begins with. */
export const sitesPart: SettingsPart = (pages, { reader, sites, clock, publicUrl }) => {
  const { app } = pages
  const no = (c: SettingsContext, words: string) => pages.refuse(c, 'sites', words)

  const panels = async (typed?: Typed) => [
    sitesPanel(presentSites(await sites.list(), await reader.keys(), clock()), typed),
    addSitePanel(typed),
  ]
  /** The page with what was wrong, and with what was typed: nobody chooses consent twice unawares. */
  const again = async (c: SettingsContext, words: string, id: string | null, form: Form) =>
    pages.place(c, 'sites', await panels({ id, fields: typedOf(form) }), { tone: 'problem', words })

  app.post('/settings/sites', async (c) => {
    const form = await readForm(c)
    const wanted = siteOf(form)
    if (typeof wanted === 'string') return again(c, wanted, null, form)
    const { site, writeKey, signingSecret } = await sites.add(wanted)
    audited(c, { subject: site.id })
    const tag = tagOf(site, `${publicUrl(c)}/pique.js`)
    const added = addedSitePanel({ name: site.name, tag, writeKey, signingSecret })
    return pages.place(c, 'sites', [added, ...(await panels())])
  })

  const ofSite = (
    path: string,
    change: (c: SettingsContext, site: SiteJson) => Promise<Response>,
  ) => {
    app.get(`/settings/sites/:id${path}`, (c) => c.redirect('/settings/sites', 303))
    app.post(`/settings/sites/:id${path}`, async (c) => {
      const site = (await sites.list()).find(({ id }) => id === c.req.param('id'))
      return site ? change(c, site) : no(c, 'That site is gone.')
    })
  }
  ofSite('', async (c, { id }) => {
    const form = await readForm(c)
    const wanted = siteOf(form)
    if (typeof wanted === 'string') return again(c, wanted, id, form)
    if (!(await sites.change(id, wanted))) return no(c, 'That site is gone.')
    audited(c, { detail: `consent ${wanted.consent}` })
    return pages.back(c, 'sites', 'site')
  })
  ofSite('/remove', async (c, { id }) =>
    (await sites.remove(id)) ? pages.back(c, 'sites', 'site-removed') : no(c, 'That site is gone.'),
  )
  return () => panels()
}

function typedOf(form: Form): Typed['fields'] {
  const [name, origins] = [fieldOf(form, 'name'), fieldOf(form, 'origins')]
  const consent = SITE_CONSENTS.find((one) => one === fieldOf(form, 'consent')) ?? null
  return { name, origins, consent, needsSignature: fieldOf(form, 'signature') === 'yes' }
}

/** What a form says of a site; a sentence where something of it is wrong. */
function siteOf(form: Form) {
  const name = nameOf(fieldOf(form, 'name'))
  if (name === null) return 'The name of a site has 1 to 100 characters, on one line.'
  const typed = fieldOf(form, 'origins')
    .split(/[\s,]+/)
    .filter(Boolean)
  if (typed.length > MAX_ORIGINS) return `A site has up to ${MAX_ORIGINS} addresses.`
  const origins = typed.map(originOf)
  const wrong = typed.find((_, i) => origins[i] === null)
  if (wrong !== undefined) {
    return `“${wrong.slice(0, 100)}” is no address of a site; write it such as https://shop.example, without a path.`
  }
  const consent = SITE_CONSENTS.find((one) => one === fieldOf(form, 'consent'))
  if (consent === undefined) return 'Choose what the tag begins with: granted, pending or denied.'
  const known = [...new Set(origins.filter((one) => one !== null))]
  return { name, origins: known, consent, needsSignature: fieldOf(form, 'signature') === 'yes' }
}
