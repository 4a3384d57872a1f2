import { z } from 'zod'
import { modelShape } from './model-shape.ts'
import { nearestName, quote } from './words.ts'

/**
 * What is wrong with a model, in sentences of one form: where, what was found, what was expected, and
 * a cure where one can be guessed. A guess is only made if the shape accepts it.
 */

export type Path = readonly PropertyKey[]

/** `text` goes on where the name of the key or item ends: `is 5; expected …`. */
export interface Problem {
  readonly path: Path
  readonly text: string
}

/** The whole sentence; without a line the place is told by its path. */
export function sayProblem({ path, text }: Problem, raw: unknown, line: number | null): string {
  const index = path.findIndex((key, at) => typeof key === 'number' && path[at - 1] === 'rules')
  const depth = index < 0 ? Math.min(1, path.length - 1) : index + 1
  const head = path.slice(0, Math.max(0, depth))
  const place = index < 0 ? head.join('.') : rulePlace(head, raw, line !== null)
  const subject =
    path.length === 0 ? (line === null ? 'the model' : 'the file') : subjectOf(path.slice(depth))
  const words = [place, subject].filter((part) => part !== '').join(': ')
  return `${line === null ? '' : `line ${line}: `}${words} ${text}`
}

function rulePlace(head: Path, raw: unknown, hasLine: boolean): string {
  const list = head.slice(0, -1).join('.')
  const id = valueAt(raw, [...head, 'id'])
  const name = typeof id === 'string' ? ` ${quote(id)}` : ''
  if (!hasLine) return `${pathText(head)}${name}`
  return `${list}${name || ` #${Number(head.at(-1)) + 1}`}`
}

/** As code has it: `rules[3].where.page`. */
export function pathText(path: Path): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
}

function subjectOf(path: Path): string {
  const last = path.at(-1)
  if (typeof last === 'number' && path.length > 1) {
    return `item ${last + 1} of ${subjectOf(path.slice(0, -1))}`
  }
  return path
    .map((key) => (/^[\w-]+$/.test(String(key)) ? String(key) : quote(String(key))))
    .join('.')
}

/** The issues of the shape; a key that is missing because it is misspelt is told once. */
export function explainIssues(
  issues: readonly z.core.$ZodIssue[],
  raw: unknown,
): readonly Problem[] {
  const problems: Problem[] = []
  const meant = new Set<string>()
  for (const { path, ...issue } of issues) {
    if (issue.code !== 'unrecognized_keys') continue
    for (const key of issue.keys.slice(0, MAX_KEYS)) {
      const near = nearKey(key, path)
      if (near !== null) meant.add([...path, near].join('.'))
      problems.push({ path: [...path, key], text: unknownKeyText(key, near, path) })
    }
  }
  for (const { path: full, code } of issues) {
    // One text may stand for a list of one, and then it is no item of anything.
    const around = full.slice(0, -1)
    const path = typeof valueAt(raw, around) === 'string' ? around : full
    const value = valueAt(raw, path)
    if (code === 'unrecognized_keys' || (value === undefined && meant.has(path.join('.')))) continue
    const { expected, field } = shapeAt(path)
    problems.push({
      path,
      text: `${foundText(value)}; expected ${expected}${cureText(value, field)}`,
    })
  }
  return problems
}

/** Of one group; beyond this it is no model. */
const MAX_KEYS = 50

/** What people call a key who don't look it up. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  event: 'on',
  events: 'on',
  name: 'label',
  title: 'label',
  score: 'points',
  weight: 'points',
  half_life: 'half_life_days',
  decay_days: 'half_life_days',
  saturation: 'saturation_s',
  pattern: 'matches',
  match: 'matches',
}

/** Where a key belongs that stands in the wrong place. */
const HOMES: readonly (readonly [string, Path])[] = [
  ['in `where` of a rule', ['rules', 0, 'where']],
  ['in `mql`', ['mql']],
  ['in a rule', ['rules', 0]],
  ['in a rule of `fit`', ['fit', 'rules', 0]],
  ['in `fit`', ['fit']],
  ['in `exclude`', ['exclude']],
  ['at the top of the file', []],
]

function nearKey(text: string, path: Path): string | null {
  const own = keysAt(path)
  const [key = ''] = text.split(':')
  const folded = key
    .replace(/[a-z](?=[A-Z])/g, '$&_')
    .replace(/[- ]/g, '_')
    .toLowerCase()
  const other = Object.hasOwn(OTHER_WORDS, folded) ? OTHER_WORDS[folded] : undefined
  return other !== undefined && own.includes(other) ? other : nearestName(key, own)
}

function unknownKeyText(key: string, near: string | null, path: Path): string {
  const [, glued, value = ''] = /^(\w+):(.+)$/s.exec(key) ?? []
  if (glued !== undefined && keysAt(path).includes(glued)) {
    return `has no space after its colon; write ${quote(`${glued}: ${value}`)}`
  }
  if (near !== null) return `is unknown; did you mean \`${near}\`?`
  const home = HOMES.find(([, at]) => keysAt(at).includes(key))
  if (home !== undefined) return `is unknown here; it belongs ${home[0]}`
  if (/^\d+%?$/.test(key)) {
    return `is unknown; a number has a point and no comma: write 0.${key} and not 0,${key}`
  }
  return `is unknown; expected one of ${keysAt(path).join(', ')}`
}

function keysAt(path: Path): readonly string[] {
  const { inner } = shapeAt(path)
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : []
}

interface ShapeAt {
  /** As it stands in its group, with its defaults and other ways to write it. */
  readonly field: unknown
  /** Without them. */
  readonly inner: unknown
  /** The description of it, or of the nearest around it that has one. */
  readonly expected: string
}

function shapeAt(path: Path): ShapeAt {
  let expected = ''
  const unwrap = (shape: unknown): unknown => {
    if (shape instanceof z.ZodType) expected = shape.description ?? expected
    if (shape instanceof z.ZodPipe) return unwrap(shape.out)
    return isWrapper(shape) ? unwrap(shape.unwrap()) : shape
  }
  let field: unknown = modelShape
  let inner = unwrap(field)
  for (const key of path) {
    if (inner instanceof z.ZodObject) field = inner.shape[String(key)]
    else if (inner instanceof z.ZodArray) field = inner.element
    else if (inner instanceof z.ZodRecord) field = inner.valueType
    else break
    inner = unwrap(field)
  }
  return { field, inner, expected }
}

function isWrapper(shape: unknown): shape is z.ZodOptional | z.ZodDefault | z.ZodPrefault {
  return (
    shape instanceof z.ZodOptional ||
    shape instanceof z.ZodDefault ||
    shape instanceof z.ZodPrefault
  )
}

/** What a plain value has at a path; only what is its own. */
export function valueAt(raw: unknown, path: Path): unknown {
  let value = raw
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = Reflect.get(value, key)
  }
  return value
}

export function foundText(value: unknown): string {
  if (value === undefined) return 'is missing'
  if (value === null) return 'is empty'
  if (Array.isArray(value)) return value.length === 0 ? 'is an empty list' : 'is a list'
  if (typeof value === 'object') return 'is a group of keys'
  if (typeof value !== 'string') return `is ${String(value)}`
  return `is ${quote(value)}${value.length > 100 ? ` (${value.length} characters)` : ''}`
}

function cureText(value: unknown, field: unknown): string {
  if (!(field instanceof z.ZodType)) return ''
  const cure = candidates(value).find((one) => field.safeParse(one).success)
  return cure === undefined ? '' : `; write ${JSON.stringify(cure)}`
}

/** What may have been meant, the likelier first. */
function candidates(value: unknown): readonly (string | number | boolean)[] {
  if (typeof value === 'boolean') return [String(value)]
  if (typeof value === 'number') {
    return [
      String(value),
      ...truthIn(String(value)),
      ...(value > 1 && value <= 100 ? [value / 100] : []),
      Math.abs(value),
    ]
  }
  if (typeof value !== 'string' || value.length > 200) return []
  const text = value.trim()
  const slug = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_\d]+|_+$/g, '')
  const bare = text.replace(/^[“”„‟‘’‚‛]+|[“”„‟‘’‚‛]+$/g, '')
  return [...numbersIn(text), ...truthIn(text), bare, slug, text.toUpperCase()]
}

function truthIn(text: string): readonly boolean[] {
  if (/^(yes|y|on|true|1)$/i.test(text)) return [true]
  return /^(no|n|off|false|0)$/i.test(text) ? [false] : []
}

/** "10", "0,5", "14 days", and "50%" as 50 and as a share. */
function numbersIn(text: string): readonly number[] {
  const [, digits = '', unit] =
    /^([+-]?\d+(?:[.,]\d+)?)\s*(%|d|days?|s|sec|seconds?|points?)?$/i.exec(text) ?? []
  if (digits === '') return []
  const number = Number(digits.replace(',', '.'))
  return unit === '%' ? [number, number / 100] : [number]
}
