import { fitLinesOf } from '../../../scoring/fit.ts'
import { prospectsOf } from '../../../scoring/prospects.ts'
import { type RuleLine, ruleLinesOf } from '../../../scoring/rule-lines.ts'
import { type Bucket, scoreOf } from '../../../scoring/score.ts'
import { DAY_MS, dayOf } from '../../../scoring/tables.ts'
import type {
  FitExplained,
  LeadExplained,
  ProspectJson,
  RuleExplained,
  VisitorExplained,
} from '../../explained.ts'
import type { TrendDayJson } from '../../shapes.ts'
import { bucketsOfHistory, type createHistoryReader } from './history.ts'
import type { createIdentityReader } from './identities.ts'
import type { LeadRow } from './lead-rows.ts'
import type { createLeadReader } from './leads.ts'
import type { createSaidReader } from './said.ts'
import type { ReadTools } from './tools.ts'
import type { HoldRow } from './touches.ts'
import { endsOf, trendJson } from './trend.ts'
import type { createVisitorReader } from './visitors.ts'

/** Steps that are worth a thought; the rest add less. */
const STEPS = 8

interface Readers {
  readonly leads: ReturnType<typeof createLeadReader>
  readonly visitors: ReturnType<typeof createVisitorReader>
  readonly history: ReturnType<typeof createHistoryReader>
  readonly links: ReturnType<typeof createIdentityReader>
  readonly said: ReturnType<typeof createSaidReader>
}

/** Why a score and a stage are what they are; to be called inside a snapshot. */
export function createExplainedReader(tools: ReadTools, readers: Readers) {
  const { leads, visitors, history, links, said } = readers

  function prospectOf(lead: LeadRow, buckets: readonly Bucket[], at: number): ProspectJson {
    const { rules: model, fit, exclusion } = tools.current()
    const standing = said.standing(lead.ref)
    if (!standing) throw new Error(`lead ${lead.ref} is gone within its own snapshot`)
    const { qualification, outcomes } = standing
    const found = prospectsOf({
      lead: { ...lead, buckets, adjustments: leads.adjustmentsOf(lead.ref) },
      qualification,
      outcomes,
      judge: { model, fit, exclusion, domains: tools.domains },
      at,
    })
    const { enter, exit, dwell_days, cool_down_days, min_fit, min_active_days } = model.spec.mql
    return {
      ...{ enter, exit, dwell_days, cool_down_days, min_fit, min_active_days },
      active_days: found.activeDays,
      is_included: found.isIncluded,
      is_fit: found.isFit,
      is_active: found.isActive,
      is_over_bar: found.isOverBar,
      ready_at: isoOrNull(found.readyAt),
      is_with_sales: found.isWithSales,
      is_worked: found.isWorked,
      below_since: isoOrNull(qualification.belowSince),
      next: found.next && { at: iso(found.next.at), to: found.next.to },
      steps: found.steps.slice(0, STEPS).map(({ rule: { spec, tables }, gainMilli, isMql }) => ({
        rule: spec.id,
        label: spec.label,
        unit: tables.ofSeconds.length > 0 ? 'minute' : 'event',
        gain_milli: gainMilli,
        is_hand_raise: spec.hand_raise ?? false,
        is_mql: isMql,
      })),
    }
  }

  function fitOf({ traits, email }: LeadRow): FitExplained {
    const { fit, rules: model } = tools.current()
    const lines = fitLinesOf(traits, email, fit, tools.domains)
    return {
      cap: model.spec.fit.cap,
      rules: model.spec.fit.rules.map(({ id, label, trait, points }, index) => {
        const { value, state, gain } = lines[index] ?? { value: null, state: 'unknown', gain: 0 }
        return { rule: id, label, trait, points, value, state, gain }
      }),
    }
  }

  const rulesOf = (buckets: readonly Bucket[], now: number): RuleExplained[] =>
    ruleLinesOf(buckets, tools.current().rules, dayOf(now)).map(ruleJson)

  return {
    lead(lead: LeadRow, now: number): LeadExplained {
      const buckets = leads.bucketsOf(leads.holds.ofLead(lead.ref))
      return {
        lead: leads.json(lead, now),
        rules: rulesOf(buckets, now),
        fit: fitOf(lead),
        prospect: prospectOf(lead, buckets, now),
        identities: links.identities(lead.ref),
        conflicts: links.conflictsOf(lead.ref),
        outcomes: said.outcomes(lead.ref),
        adjustments: said.adjustments(lead.ref),
        decisions: said.decisions(lead.ref),
      }
    },
    visitor(hold: HoldRow, now: number): VisitorExplained {
      const rules = rulesOf(leads.bucketsOf([hold]), now)
      return { visitor: visitors.json(hold, now), rules }
    },
    /** A visitor's own score at the end of each of the last days, and now. */
    visitorTrend(hold: HoldRow, now: number): TrendDayJson[] {
      const { rules } = tools.current()
      const ends = endsOf(now)
      const milli = history
        .ofVisitorAt(hold, ends, rules)
        .map((then, i) => scoreOf(bucketsOfHistory(then), rules, dayOf(ends[i] ?? now)).milli)
      return trendJson(milli, now)
    },
  }
}

function ruleJson({ rule: { spec, tables }, ...line }: RuleLine): RuleExplained {
  return {
    rule: spec.id,
    half_life_days: spec.half_life_days,
    points: spec.points,
    repeat: spec.repeat,
    max_per_day: spec.max_per_day,
    saturation_s: tables.ofSeconds.length > 0 ? (spec.saturation_s ?? null) : null,
    halves_on: dateOf(line.halvesOn),
    fits_cap_on: line.fitsCapOn === null ? null : dateOf(line.fitsCapOn),
    days: line.days.map(({ day, count, engagedMs, grossMilli, weight, milli }) => ({
      day: dateOf(day),
      count,
      engaged_ms: engagedMs,
      gross_milli: grossMilli,
      weight,
      milli,
    })),
  }
}

function dateOf(day: number): string {
  return iso(day * DAY_MS).slice(0, 10)
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : iso(at)
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
