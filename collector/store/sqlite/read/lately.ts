import { rulesLately, type Stretch } from '../../../scoring/rules-lately.ts'
import { DAY_MS, dayOf } from '../../../scoring/tables.ts'
import { publicId } from '../../ids.ts'
import type { RuleLatelyJson, RuleStretchJson } from '../../shapes.ts'
import type { LeadBook } from './book.ts'
import { nameOf } from './lead-rows.ts'
import type { ReadTools } from './tools.ts'

/** What the rules matched lately, from the counts in memory; of events only each newest one's page is read. */
export function createLatelyReader({ db, current }: ReadTools, book: LeadBook) {
  const urlAt = db
    .prepare(
      `SELECT t.value FROM visitor v CROSS JOIN session s ON s.browser = v.browser
       CROSS JOIN event e ON e.session = s.id CROSS JOIN text t ON t.id = e.url
       WHERE v.lead = ? AND s.start_at BETWEEN ? AND ? AND s.base_at + e.at_ms = ? LIMIT 1`,
    )
    .pluck()

  function urlOf(lead: number, at: number): string | null {
    const url = urlAt.get(lead, at - DAY_MS, at, at)
    return typeof url === 'string' ? url : null
  }

  return (now: number): readonly RuleLatelyJson[] => {
    book.refresh(now)
    const { counts, cards } = book
    const reading = { counts, model: current().rules, day: dayOf(now) }
    return rulesLately(reading, (slot) => cards[slot] !== undefined).map((found) => ({
      rule: found.rule,
      milli: found.milli,
      leads: found.leads,
      week: stretchJson(found.week),
      month: stretchJson(found.month),
      days: found.days,
      newest: found.newest.flatMap(({ slot, at }, index) => {
        const lead = cards[slot]?.lead
        if (!lead) return []
        return {
          id: publicId('lead', lead.ref),
          email: lead.email,
          name: nameOf(lead.traits) ?? lead.userId,
          at: new Date(at).toISOString(),
          url: index === 0 ? urlOf(lead.ref, at) : null,
        }
      }),
    }))
  }
}

function stretchJson({ leads, events, engagedMs }: Stretch): RuleStretchJson {
  return { leads, events, engaged_ms: engagedMs }
}
