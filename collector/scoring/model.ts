import { stringify } from 'yaml'
import type { z } from 'zod'
import { isDeeperThan, MAX_LEVELS } from '../nesting.ts'
import { checkModel, findCrowds, warningsOf } from './model-checks.ts'
import { explainIssues, type Path, type Problem, pathText, sayProblem } from './model-problems.ts'
import { modelShape } from './model-shape.ts'
import { readText } from './model-text.ts'

/**
 * The model file: what counts, for how much, for how long. `model-shape.ts` owns its shape, here it is
 * read; the numbers are compiled by `tables.ts`, the matchers by `match.ts`.
 *
 * It is written by hand, so whatever is wrong is said all at once and in the order of lines: where,
 * what was found, what was expected, and a cure.
 */

export type Model = z.output<typeof modelShape>
export type RuleSpec = Model['rules'][number]

export type ParsedModel =
  | {
      readonly ok: true
      readonly model: Model
      /** What is allowed and yet hardly meant; absent where there is nothing. */
      readonly warnings?: readonly string[]
    }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Of a model file. */
export const MAX_MODEL_BYTES = 256 * 1024
/** Nobody reads on beyond this, and a file of another kind can hold a million. */
const MAX_PROBLEMS = 100

/** Whether two files say the same, to the letter. */
export function isSameFile(one: string, other: string): boolean {
  return one.trim() === other.trim()
}

/** Reads a model file. Never throws. */
export function parseModel(yaml: string): ParsedModel {
  return read(yaml, true)
}

/** Reads a model given as an object, where the place of a problem is its path. Never throws. */
export function readModel(raw: unknown): ParsedModel {
  const refused = {
    ok: false,
    problems: ['the model is no JSON object; expected keys such as name and rules'],
  } as const
  if (isDeeperThan(MAX_LEVELS, raw)) return refused
  try {
    return read(modelYaml(raw), false)
  } catch {
    return refused // there are values that YAML has no words for: functions, symbols
  }
}

/** A model given as an object, as the text to store; it reads as the same model. Throws for what is no plain data. */
export function modelYaml(raw: unknown): string {
  return stringify(raw, { lineWidth: 0, aliasDuplicateObjects: false }) ?? ''
}

/** Both ways read the text, so what was found good is what is stored. */
function read(yaml: string, hasLines: boolean): ParsedModel {
  if (Buffer.byteLength(yaml) > MAX_MODEL_BYTES) {
    // Not how long: of a longer file no more than it takes to know is read.
    const said = `the model is longer than ${MAX_MODEL_BYTES} bytes (256 KiB); make it shorter`
    return { ok: false, problems: [said] }
  }
  const text = readText(yaml.replace(/^\uFEFF/, '')) // some editors begin a file with a mark
  const flaws = text.flaws.map(({ offset, text: flaw }) => ({
    offset,
    said: hasLines ? `line ${text.lineOf(offset)}: ${flaw}` : flaw,
  }))
  if (!text.isWhole) return { ok: false, problems: inOrder(flaws) }

  const say = (problem: Problem): Said => {
    const offset = text.offsetOf(problem.path)
    return { offset, said: sayProblem(problem, text.raw, hasLines ? text.lineOf(offset) : null) }
  }
  const placeOf = (path: Path) =>
    hasLines ? `on line ${text.lineOf(text.offsetOf(path))}` : `in ${pathText(path)}`
  const crowds = findCrowds(text.raw)
  if (crowds.length > 0) return { ok: false, problems: inOrder(crowds.map(say)) }
  const parsed = modelShape.safeParse(text.raw)
  const problems = [
    ...explainIssues(parsed.error?.issues.slice(0, MAX_PROBLEMS) ?? [], text.raw),
    ...checkModel(text.raw, placeOf).slice(0, MAX_PROBLEMS),
  ]
  if (!parsed.success || problems.length > 0 || flaws.length > 0) {
    return { ok: false, problems: inOrder([...flaws, ...problems.map(say)]) }
  }
  const warnings = inOrder(warningsOf(parsed.data).slice(0, MAX_PROBLEMS).map(say))
  return { ok: true, model: parsed.data, ...(warnings.length > 0 && { warnings }) }
}

interface Said {
  readonly offset: number
  readonly said: string
}

function inOrder(all: readonly Said[]): readonly string[] {
  const sorted = [...all].sort((a, b) => a.offset - b.offset)
  const said = [...new Set(sorted.map((one) => one.said))]
  return said.length > MAX_PROBLEMS ? [...said.slice(0, MAX_PROBLEMS), 'and more'] : said
}
