import { parse } from 'yaml'
import { z } from 'zod'

/**
 * The model file: what counts, for how much, for how long. This file owns its shape; the numbers
 * are compiled by `tables.ts`, the matchers by `match.ts`.
 *
 * Besides event names, `on` knows three things the collector derives:
 * `engaged_time` (milliseconds of attention, from `user_engagement`), `session` (a visit, once, on
 * its first day) and `landing` (the first page view of a session; its props are the session's
 * touch: `paid`, `channel`, `source`, `medium`, `campaign`).
 */

const id = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'lower-case letters, digits and _')
const globs = z.union([z.string(), z.array(z.string())]).transform((v) => [v].flat())
const scalar = z.union([z.string(), z.number(), z.boolean()])
const finite = z.number().min(-100_000).max(100_000)

const where = z.strictObject({
  /** A group of `pages`. */
  page: z.string().optional(),
  path: globs.optional(),
  host: globs.optional(),
  /** A value, a list of them (any), a glob, or a comparison such as ">=50". */
  props: z.record(z.string(), z.union([scalar, z.array(scalar)])).optional(),
})

const rule = z.strictObject({
  id,
  label: z.string().min(1).max(120),
  on: globs,
  where: where.default({}),
  points: finite,
  /** Value of each repeat on the same day, as a share of the one before. */
  repeat: z.number().min(0).max(1).default(1),
  max_per_day: z.int().min(1).max(1000).default(1000),
  /** Engaged time only: τ, the seconds after which 63 % of the points are reached. */
  saturation_s: z.number().positive().max(86_400).optional(),
  half_life_days: z.number().positive().max(3650),
  cap: z.number().nonnegative().max(1_000_000).optional(),
  hand_raise: z.boolean().default(false),
})

const fitRule = z.strictObject({
  id,
  label: z.string().min(1).max(120),
  trait: z.string(),
  matches: z.array(z.string()).optional(),
  known: z.literal(true).optional(),
  group: z.string().optional(),
  points: finite,
})

const model = z
  .strictObject({
    name: z.string().min(1).max(80),
    mql: z.strictObject({
      enter: finite,
      exit: finite,
      dwell_days: z.int().nonnegative(),
      cool_down_days: z.int().nonnegative(),
      min_fit: z.enum(['A', 'B', 'C', 'D']),
      min_active_days: z.int().nonnegative(),
    }),
    pages: z.record(z.string(), z.array(z.string())).default({}),
    rules: z.array(rule).min(1),
    fit: z
      .strictObject({ cap: z.number().default(70), rules: z.array(fitRule) })
      .default({ cap: 70, rules: [] }),
    exclude: z
      .strictObject({ email_domains: z.array(z.string()).default([]) })
      .default({ email_domains: [] }),
  })
  .check((ctx) => {
    const seen = new Set<string>()
    ctx.value.rules.forEach((r, i) => {
      const complain = (key: string, message: string) =>
        ctx.issues.push({ code: 'custom', path: ['rules', i, key], message, input: r })
      if (seen.has(r.id))
        complain('id', `"${r.id}" is used twice; every rule needs an id of its own`)
      seen.add(r.id)
      if (r.where.page !== undefined && !Object.hasOwn(ctx.value.pages, r.where.page))
        complain('where', `there is no page group "${r.where.page}" under pages`)
      if (r.on.includes('engaged_time') !== (r.saturation_s !== undefined))
        complain('saturation_s', 'belongs to rules on engaged_time, and they need it')
      for (const name of new Set(r.on.filter((one, place) => r.on.indexOf(one) !== place)))
        complain('on', `"${name}" is listed twice`)
      if (r.on.includes('engaged_time') && r.on.some((name) => name !== 'engaged_time'))
        complain('on', 'engaged_time stands alone')
      if (r.on.includes('engaged_time') && r.where.props !== undefined)
        complain('where', 'props never hold for engaged_time: its pings carry none')
    })
  })

export type Model = z.output<typeof model>
export type RuleSpec = Model['rules'][number]

export type ParsedModel =
  | { readonly ok: true; readonly model: Model }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Reads a model file. Every problem is reported at once, each with the place it is at. */
export function parseModel(yaml: string): ParsedModel {
  let raw: unknown
  try {
    raw = parse(yaml)
  } catch (error) {
    return { ok: false, problems: [error instanceof Error ? error.message : 'not YAML'] }
  }
  const read = model.safeParse(raw)
  if (read.success) return { ok: true, model: read.data }
  return {
    ok: false,
    problems: read.error.issues.map(
      (issue) => `${issue.path.join('.') || 'model'}: ${issue.message}`,
    ),
  }
}
