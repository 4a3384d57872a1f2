import { findPerson, hasMentions } from '../find-person.ts'
import { audited } from '../http/audit.ts'
import { type Form, fieldOf, readForm } from '../http/form.ts'
import type { SiteJson } from '../store/shapes.ts'
import { presentErased, presentFound, siteQuestion } from './present-erase.ts'
import { erasedPanel, findPanel, foundPanel } from './settings-erase.tsx'
import type { SettingsContext, SettingsPart } from './settings-parts.ts'

const MAX_WHO = 500
const GONE = 'Somebody else has just erased this person.'
const CHANGED = 'What is known of this person has changed meanwhile. Look once more.'

/** Erasing somebody: first what would go, then the erasure of exactly that person. */
export const erasePart: SettingsPart = (
  pages,
  { reader, sites, erasing, clock, retentionMonths },
) => {
  const { app } = pages
  const no = (c: SettingsContext, words: string) => pages.refuse(c, 'erase', words)

  /** Whoever a form names; a sentence, or the choice of a site, where that is not one person. */
  async function find(form: Form) {
    const who = whoOf(fieldOf(form, 'who'))
    if (who === '' || who.length > MAX_WHO) {
      return 'Write an e-mail, a user id, or the id of a lead such as ld_7.'
    }
    const asked = fieldOf(form, 'site')
    const known = await sites.list()
    if (asked !== '' && !known.some(({ id }) => id === asked)) return 'That site is gone.'
    const site = asked === '' ? undefined : asked
    const found = await findPerson(reader, who, { site, now: clock(), retentionMonths })
    if (found === 'ambiguous') return { who, choices: known as readonly SiteJson[] }
    if (!found.held && !hasMentions(found)) {
      return `Nobody is known as ${who.slice(0, 100)}, and nothing that waits or was refused names them.`
    }
    return { who, site: asked, found }
  }

  app.get('/settings/erase/find', (c) => c.redirect('/settings/erase', 303))
  app.post('/settings/erase/find', async (c) => {
    const answer = await find(await readForm(c))
    if (typeof answer === 'string') return no(c, answer)
    if ('choices' in answer) {
      return pages.place(c, 'erase', [findPanel(siteQuestion(answer.who, answer.choices))])
    }
    const view = presentFound(answer, await reader.backups(clock()), clock())
    return pages.place(c, 'erase', [foundPanel(view), findPanel()])
  })

  app.post('/settings/erase', async (c) => {
    const form = await readForm(c)
    const answer = await find(form)
    if (typeof answer === 'string') return no(c, answer)
    if ('choices' in answer) return no(c, CHANGED)
    const { found } = answer
    const lead = found.held?.lead.id ?? null
    if ((lead ?? '') !== fieldOf(form, 'lead')) return no(c, CHANGED)
    const erased = await erasing.eraseFound(found)
    if (!erased) return no(c, GONE)
    audited(c, { subject: lead, detail: lead === null ? 'waiting and refused events alone' : null })
    const backups = await reader.backups(clock())
    const view = presentErased({ found, isGone: erased.isGone, backups }, clock())
    return pages.place(c, 'erase', [erasedPanel(view), findPanel()])
  })

  return async () => [findPanel()]
}

/** As the reader takes it: what is neither an address nor an id of ours is a user id. */
function whoOf(typed: string): string {
  const who = typed.trim()
  return who === '' || who.includes('@') || /^(email|user):|^ld_\d+$/.test(who)
    ? who
    : `user:${who}`
}
