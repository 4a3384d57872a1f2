import { crossingOf } from '../scoring/crossings.ts'
import { fitOf } from '../scoring/fit.ts'
import type { Judge } from '../scoring/reading.ts'
import { createScoreAt, scoreOf } from '../scoring/score.ts'
import { DAY_MS, dayOf } from '../scoring/tables.ts'
import type { LeadStanding, SettledLead } from '../store/standing.ts'
import type { Changes, Transaction } from '../store/store.ts'
import type { Scored } from '../webhooks/news.ts'

/**
 * What webhooks are told of a change, written to the outbox in the transaction that makes it. Where
 * nobody listens, nothing is read or worked out.
 */

/** Tells who is new and who turned out to be one; to be called after `write` and before the leads are settled. */
export function tellWritten(
  { outbox, standingOf }: Transaction,
  judge: Judge,
  { newLeads, removedLeads }: Pick<Changes, 'newLeads' | 'removedLeads'>,
  at: number,
): void {
  for (const lead of outbox.wants('lead.identified') ? newLeads : []) {
    const standing = removedLeads.has(lead) ? undefined : standingOf(lead)
    if (!standing) continue
    const scored = { ...scoredOf(standing, judge, at), stage: standing.stage }
    outbox.tell({ type: 'lead.identified', lead, at, scored }, at)
  }
  for (const [merged, lead] of outbox.wants('lead.merged') ? removedLeads : []) {
    const standing = newLeads.has(merged) ? undefined : standingOf(lead)
    if (!standing) continue
    const scored = { ...scoredOf(standing, judge, at), stage: standing.stage }
    outbox.tell({ type: 'lead.merged', lead, at, scored, merged }, at)
  }
}

/**
 * Tells what was decided of a lead, and a bar that its score crossed. That a stage is what another lead
 * had, since two turned out to be one, is no decision, and was told of the other already.
 */
export function tellSettled(
  { outbox }: Transaction,
  judge: Judge,
  settled: { readonly standing: LeadStanding; readonly after: SettledLead; readonly at: number },
): void {
  const { standing, after, at } = settled
  const { ref: lead } = standing
  for (const one of outbox.wants('lead.stage_changed') ? after.decisions : []) {
    if (one.by === 'identity') continue
    const { from, to, by, note, scoreMilli, reasons, fit, modelVersion } = one
    const scored: Scored = { stage: to, scoreMilli, reasons, fit, modelVersion }
    outbox.tell({ type: 'lead.stage_changed', lead, at: one.at, scored, from, to, by, note }, at)
  }
  if (!outbox.wants('lead.score_crossed')) return
  const before = outbox.toldLevel(lead)
  const day = dayOf(at)
  const { told, bar } = crossingOf(before, {
    day,
    openingMilli: openingOf(standing, judge, at),
    nowMilli: milliOf(standing, judge, at),
  })
  if (told !== before?.level) outbox.noteLevel(lead, { level: told, day })
  if (bar === null) return
  const scored = { ...scoredOf(standing, judge, at), stage: after.stage }
  outbox.tell({ type: 'lead.score_crossed', lead, at, scored, bar }, at)
}

/** What a lead's score says as of an instant, with what is stored now. */
export function scoredOf(
  { email, traits, buckets, adjustments }: LeadStanding,
  { model, fit, domains }: Judge,
  at: number,
): Omit<Scored, 'stage'> {
  const { milli, reasons } = scoreOf(buckets, model, dayOf(at), adjustments)
  return {
    scoreMilli: milli,
    reasons,
    fit: fitOf(traits, email, fit, domains),
    modelVersion: model.version,
  }
}

function milliOf({ buckets, adjustments }: LeadStanding, { model }: Judge, at: number): number {
  return createScoreAt(buckets, model, adjustments)(dayOf(at))
}

/** The score that the UTC day began with. */
function openingOf({ buckets, adjustments }: LeadStanding, { model }: Judge, at: number): number {
  const today = dayOf(at)
  const before = buckets.filter(({ day }) => day < today)
  const given = adjustments.filter((one) => one.at < today * DAY_MS)
  return createScoreAt(before, model, given)(today)
}
