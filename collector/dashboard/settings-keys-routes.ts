import { parseInstant } from '../http/api-instant.ts'
import { audited } from '../http/audit.ts'
import { hashSecret, newApiKey } from '../http/auth.ts'
import { fieldOf, readForm } from '../http/form.ts'
import { nameOf } from '../http/sites.ts'
import { publicId, refOf } from '../store/ids.ts'
import type { Scope } from '../store/shapes.ts'
import { presentKeys, siteChoices } from './present-settings.ts'
import { keysPanel } from './settings-panels.tsx'
import type { SettingsContext, SettingsPart } from './settings-parts.ts'

const SCOPES: readonly Scope[] = ['read', 'write', 'admin']

/** Keys for programs. */
export const keysPart: SettingsPart = (pages, { reader, writer, clock }) => {
  const { app } = pages
  const no = (c: SettingsContext, words: string) => pages.refuse(c, 'keys', words)

  app.post('/settings/keys', async (c) => {
    const form = await readForm(c)
    const name = nameOf(fieldOf(form, 'name'))
    const scope = SCOPES.find((one) => one === fieldOf(form, 'scope'))
    const site = fieldOf(form, 'site')
    const isKnown = site === '' || (await reader.sites()).some(({ id }) => id === site)
    const now = clock()
    const day = fieldOf(form, 'expires')
    const expiresAt = day === '' ? null : parseInstant(day, 'end')
    if (name === null) return no(c, 'The name of a key has 1 to 100 characters.')
    if (!scope || !isKnown) return no(c, 'Choose what the key may do, and where.')
    if (day !== '' && (expiresAt === null || expiresAt <= now)) {
      return no(c, 'The last day of a key is a day to come.')
    }
    const secret = newApiKey()
    const ref = await writer.addKey({
      name,
      hash: hashSecret(secret),
      scopes: [scope],
      site: site === '' ? null : refOf('site', site),
      createdAt: now,
      expiresAt,
    })
    audited(c, { subject: publicId('key', ref), detail: scope })
    const words = `The key “${name}”, shown only now:`
    return pages.show(c, 'keys', { tone: 'good', words, secret })
  })
  app.post('/settings/keys/:id/revoke', async (c) => {
    const wasThere = await writer.removeKey(refOf('key', c.req.param('id')) ?? 0)
    if (!wasThere) audited(c, null)
    return pages.back(c, 'keys', 'revoked')
  })

  return async () => {
    const sites = await reader.sites()
    const keys = presentKeys(await reader.keys(), sites, clock())
    return [keysPanel({ keys, sites: siteChoices(sites) })]
  }
}
