import { z } from 'zod'

/**
 * The shape of a model file. Every description says what is expected there, in the words that a
 * person reads who wrote something else; `model-problems.ts` puts them into sentences.
 *
 * Besides event names, `on` knows three things the collector derives:
 * `engaged_time` (milliseconds of attention, from `user_engagement`), `session` (a visit, once, on
 * its first day) and `landing` (the first page view of a session; its props are the session's
 * touch: `paid`, `channel`, `source`, `medium`, `campaign`).
 */

const id = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/)
  .describe('at most 40 lower-case letters, digits and _, a letter first, such as pricing_time')
const label = z
  .string()
  .min(1)
  .max(120)
  .describe('a text of 1 to 120 characters, such as Time on pricing pages')
const points = z
  .number()
  .min(-100_000)
  .max(100_000)
  .describe('a number from -100000 to 100000, such as 10')

/** Curly quotes are text to YAML: word processors make them, and a name or pattern in them matches nothing. */
const word = z.string().regex(/^[^\s“”„‟‘’‚‛]/)

/** One text, or a list of them. */
const listOf = <T extends z.ZodType>(item: T, least = 1, most = 10_000) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? [value] : value),
    z.array(item).min(least).max(most),
  )

const globs = listOf(word.describe('a pattern such as "/pricing*"'))
const paths = globs.describe('a path pattern or a list of them, such as ["/pricing*", "/plans*"]')

const scalar = z.union([z.string(), z.number(), z.boolean()])

const where = z
  .strictObject({
    /** A group of `pages`. */
    page: word.optional().describe('the name of a group of pages, such as key'),
    path: paths.optional(),
    host: globs.describe('a host pattern or a list of them, such as shop.example').optional(),
    /** Of the session's touch. */
    source: globs
      .describe('a source or a list of them, such as google or "newsletter*"')
      .optional(),
    /** A value, a list of them (any), a glob, or a comparison such as ">=50". */
    props: z
      .record(
        z.string(),
        z
          .union([scalar, z.array(scalar).min(1)])
          .describe('a value such as 50, true, "blue*" or ">=50", or a list of them'),
      )
      .describe('conditions such as { video_percent: ">=50" }')
      .optional(),
  })
  .describe('conditions such as { page: key }')

const rule = z
  .strictObject({
    id,
    label,
    on: listOf(word.describe('the name of an event, such as page_view'), 1, 100).describe(
      'the name of an event or a list of at most 100, such as page_view',
    ),
    where: where.default({}),
    points,
    /** Value of each repeat on the same day, as a share of the one before. */
    repeat: z.number().min(0).max(1).describe('a share from 0 to 1, such as 0.5').default(1),
    max_per_day: z
      .int()
      .min(1)
      .max(1000)
      .describe('a whole number from 1 to 1000, such as 3')
      .default(1000),
    /** Engaged time only: τ, the seconds after which 63 % of the points are reached. */
    saturation_s: z
      .number()
      .positive()
      .max(86_400)
      .describe('a number of seconds above 0 and at most 86400, such as 60')
      .optional(),
    half_life_days: z
      .number()
      .positive()
      .max(3650)
      .describe('a number of days above 0 and at most 3650, such as 14'),
    cap: z
      .number()
      .min(0)
      .max(1_000_000)
      .describe('a number from 0 to 1000000, also where points are negative, such as 40')
      .optional(),
    hand_raise: z.boolean().describe('true or false').default(false),
  })
  .describe(
    'a rule such as { id: cart, label: Cart, on: add_to_cart, points: 15, half_life_days: 7 }',
  )

const fitRule = z
  .strictObject({
    id,
    label,
    trait: word.describe('the name of a trait, such as job_title'),
    matches: listOf(word.describe('a pattern such as "head of *"'))
      .describe('a pattern or a list of them, such as ["chief *", "head of *"]')
      .optional(),
    known: z
      .literal(true)
      .describe('true (the trait is there, whatever it says), or `matches` in its place')
      .optional(),
    /** Of the rules of a group only the strongest counts. */
    group: word.describe('a name that rules share, such as title').optional(),
    points,
  })
  .describe(
    'a rule such as { id: senior, label: Senior, trait: job_title, matches: ["head *"], points: 15 }',
  )

/** As in the default model. */
export const MQL_DEFAULTS = {
  enter: 100,
  exit: 60,
  dwell_days: 14,
  cool_down_days: 30,
  min_fit: 'C',
  min_active_days: 2,
} as const

const threshold = z.number().min(0).max(100_000).describe('a score from 0 to 100000, such as 100')
const days = z.int().min(0).max(3650).describe('a whole number of days from 0 to 3650, such as 14')

const domains = listOf(
  z
    .string()
    .regex(/^(?=.{1,255}$)(\*?[@.])?[^\s@/:*“”„‘]+\.[^\s@/:*“”„‘]+$/)
    .describe('a domain such as acme.example, without https:// and nothing before an @'),
  0,
)
  .describe('a list of domains, such as [acme.example]')
  .default([])

export const modelShape = z
  .strictObject({
    name: z.string().min(1).max(80).describe('a text of 1 to 80 characters, such as My model'),
    mql: z
      .strictObject({
        enter: threshold.default(MQL_DEFAULTS.enter),
        exit: threshold.default(MQL_DEFAULTS.exit),
        dwell_days: days.default(MQL_DEFAULTS.dwell_days),
        cool_down_days: days.default(MQL_DEFAULTS.cool_down_days),
        min_fit: z
          .enum(['A', 'B', 'C', 'D'])
          .describe('A, B, C or D')
          .default(MQL_DEFAULTS.min_fit),
        min_active_days: days.default(MQL_DEFAULTS.min_active_days),
      })
      .describe('keys such as { enter: 100, exit: 60 }')
      .prefault({}),
    pages: z
      .record(z.string(), paths)
      .describe('named groups of path patterns, such as { key: ["/pricing*"] }')
      .default({}),
    rules: z.array(rule).min(1).describe('a list of rules, each behind a "- " of its own'),
    fit: z
      .strictObject({
        cap: z
          .number()
          .min(0)
          .max(100_000)
          .describe('a number from 0 to 100000, such as 70')
          .default(70),
        rules: z.array(fitRule).describe('a list of rules, each behind a "- " of its own'),
      })
      .describe('keys such as { cap: 70, rules: […] }')
      .default({ cap: 70, rules: [] }),
    /** Who is never promoted: own staff, competitors, suppressed addresses, kinds of mail. */
    exclude: z
      .strictObject({
        email_domains: domains,
        competitors: domains,
        /** Globs over the whole address. */
        emails: listOf(
          word.regex(/[@*]/).describe('an address or a pattern such as "*@agency.example"'),
          0,
        )
          .describe('a list of addresses or patterns, such as ["*@agency.example"]')
          .default([]),
        free_mail: z.boolean().describe('true or false').default(false),
        disposable_mail: z.boolean().describe('true or false').default(false),
      })
      .describe('keys such as { email_domains: [acme.example] }')
      .prefault({}),
  })
  .describe('keys such as name: and rules:, each at the beginning of a line')
