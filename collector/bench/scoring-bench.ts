import { createRandom } from '../demo/random.ts'
import { type Counts, createCounts } from '../scoring/counts.ts'
import defaultModel from '../scoring/default-model.yaml'
import { type CompiledModel, compileModel } from '../scoring/match.ts'
import { type Model, parseModel } from '../scoring/model.ts'
import { createRanks, topOf } from '../scoring/ranks.ts'
import { scoreOf } from '../scoring/score.ts'
import { scoreAll } from '../scoring/score-all.ts'
import { median, print } from './report.ts'

/** How fast all leads are scored under new numbers, the best of them found, and one explained. */
const LEADS = 100_000
const BUCKETS = 1_000_000
const TODAY = 20_000
const TOP = 50
const EXPLAINED = 5000
const SCORING_AIM_MS = 200
const TOP_AIM_MS = 5

/** Rows as the store has them: by lead, then by day and rule. */
interface Rows {
  readonly lead: Int32Array
  readonly rule: Int32Array
  readonly day: Int32Array
  readonly count: Int32Array
  readonly engagedMs: Int32Array
}

/** The same in every run: up to 19 buckets a lead, of one to four rules a day, some days apart. */
function makeRows(rules: number): Rows {
  const random = createRandom(1)
  const column = () => new Int32Array(BUCKETS)
  const rows = {
    lead: column(),
    rule: column(),
    day: column(),
    count: column(),
    engagedMs: column(),
  }
  let row = 0
  let held = 0
  for (let lead = 0; lead < LEADS; lead += 1) {
    // Two leads after each other have twenty together, which makes all of them what is promised.
    held = lead % 2 === 0 ? random.whole(1, 19) : 20 - held
    const end = row + held
    let day = TODAY - random.whole(0, 60) - 9 * held
    while (row < end) {
      day += random.whole(1, 9)
      const first = random.whole(1, rules - 3)
      const last = Math.min(first + random.whole(0, 3), first + end - row - 1)
      for (let rule = first; rule <= last; rule += 1, row += 1) {
        rows.lead[row] = lead
        rows.rule[row] = rule
        rows.day[row] = day
        rows.count[row] = random.whole(1, 6)
        rows.engagedMs[row] = random.whole(0, 400_000)
      }
    }
  }
  return rows
}

function build(rows: Rows): Counts {
  const counts = createCounts()
  counts.load((add) => {
    for (let row = 0; row < BUCKETS; row += 1) {
      const day = rows.day[row]!
      const lastAt = day * 86_400_000
      add(rows.lead[row]!, rows.rule[row]!, day, rows.count[row]!, rows.engagedMs[row]!, lastAt)
    }
  })
  return counts
}

/** The model with other points, half-lives and caps: all that can change without reading events again. */
function withOtherNumbers(spec: Model, round: number): Model {
  const factor = 1 + (round + 1) / 100
  const rules = spec.rules.map((rule) => ({
    ...rule,
    points: rule.points * factor,
    half_life_days: rule.half_life_days * factor,
    cap: (rule.cap ?? 0) + round,
  }))
  return { ...spec, rules }
}

function timed<T>(times: number[], run: () => T): T {
  const from = performance.now()
  const result = run()
  times.push(performance.now() - from)
  return result
}

/** Microseconds of one score with its receipt; throws where it differs from the one out of the columns. */
function explain(counts: Counts, model: CompiledModel, scores: Float64Array): number {
  const slots = Array.from({ length: EXPLAINED }, (_, i) => i * Math.floor(LEADS / EXPLAINED))
  const buckets = slots.map((slot) => counts.bucketsOf(slot))
  const times: number[] = []
  const explained = timed(times, () => buckets.map((own) => scoreOf(own, model, TODAY).milli))
  const wrong = slots.filter((slot, i) => scores[slot] !== explained[i])
  if (wrong.length > 0) throw new Error(`${wrong.length} scores differ from their receipts`)
  return (1000 * median(times)) / EXPLAINED
}

export async function benchScoring(rounds: number): Promise<void> {
  const parsed = parseModel(defaultModel)
  if (!parsed.ok) throw new Error(parsed.problems.join('; '))
  const rows = makeRows(parsed.model.rules.length)
  const [building, scoring, finding, ranking]: [number[], number[], number[], number[]] = [
    [],
    [],
    [],
    [],
  ]
  const explaining: number[] = []
  let counts = build(rows)
  for (let round = 0; round < rounds; round += 1) {
    if (round < 3) counts = timed(building, () => build(rows))
    const spec = withOtherNumbers(parsed.model, round)
    const { model, scores } = timed(scoring, () => {
      const model = compileModel(spec, round)
      return { model, scores: scoreAll({ counts, model, day: TODAY }) }
    })
    timed(finding, () => topOf(scores, TOP))
    timed(ranking, () => createRanks(scores, () => 0))
    explaining.push(explain(counts, model, scores))
  }
  const ms = (times: readonly number[]) => `${median(times).toFixed(1)} ms`
  const aimed = (times: readonly number[], aimMs: number) =>
    `${ms(times)} (aim ${aimMs} ms: ${median(times) <= aimMs ? 'holds' : 'MISSED'})`
  print(`scoring, ${LEADS} leads with ${counts.size} buckets in memory:`)
  print(`  columns built from rows: ${ms(building)}`)
  print(`  all scored under new numbers: ${aimed(scoring, SCORING_AIM_MS)}`)
  print(`  the best ${TOP}, exactly: ${aimed(finding, TOP_AIM_MS)}; all ranked: ${ms(ranking)}`)
  print(`  one score with its receipt: ${median(explaining).toFixed(1)} µs`)
}
