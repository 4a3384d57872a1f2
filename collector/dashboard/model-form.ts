import { editModel, type ModelEdit, rawModel } from '../scoring/model-edit.ts'

/**
 * The form over a model file. A draft is always the file's text: the form shows values of it, and what
 * is sent back changes that text where a value differs. So comments and fields the form does not know
 * stay, and what is no good as a value comes back as it was typed.
 */

export interface FieldView {
  /** Where in the file it stands, as JSON; that is how the form sends it. */
  readonly name: string
  readonly label: string
  readonly value: string
  readonly kind: 'number' | 'percent' | 'list' | 'text' | 'truth' | 'letter'
  /** What holds where nothing is typed; null where something must be. */
  readonly unset: string | null
}

export interface RuleFields {
  readonly index: number
  readonly id: string
  readonly label: string
  readonly points: FieldView
  readonly repeat: FieldView | null
  readonly most: FieldView | null
  readonly saturation: FieldView | null
  readonly halfLife: FieldView
  readonly cap: FieldView
}

export interface ModelForm {
  readonly thresholds: readonly FieldView[]
  readonly groups: readonly FieldView[]
  readonly rules: readonly RuleFields[]
  readonly fit: readonly FieldView[]
  readonly exclusions: readonly FieldView[]
}

type Path = readonly (string | number)[]
/** What was sent: texts by name; what is no text is left alone. */
export type Sent = Readonly<Record<string, unknown>>

/** The form of a file; null where its text has to be put right first. */
export function modelForm(yaml: string): ModelForm | null {
  const raw = rawModel(yaml)
  if (!isGroup(raw)) return null
  const at = (path: Path) => valueAt(raw, path)
  const field = (path: Path, label: string, kind: FieldView['kind'], unset: string | null = null) =>
    ({ name: JSON.stringify(path), label, value: shown(at(path), kind), kind, unset }) as const
  const rules = listAt(raw, ['rules'])
  const fitRules = listAt(raw, ['fit', 'rules'])
  const pages = at(['pages'])
  return {
    thresholds: [
      field(['mql', 'enter'], 'Qualified from, points', 'number', '100'),
      field(['mql', 'min_active_days'], 'On at least, active days', 'number', '2'),
      field(['mql', 'min_fit'], 'Fit at least', 'letter', 'C'),
      field(['mql', 'exit'], 'Back to lead below, points', 'number', '60'),
      field(['mql', 'dwell_days'], 'After, days below', 'number', '14'),
      field(['mql', 'cool_down_days'], 'Again at the earliest after, days', 'number', '30'),
    ],
    groups: Object.keys(isGroup(pages) ? pages : {}).map((name) =>
      field(['pages', name], name, 'list'),
    ),
    rules: rules.map((rule, index): RuleFields => {
      const of = (key: string, label: string, kind: FieldView['kind'], unset?: string) =>
        field(['rules', index, key], label, kind, unset ?? null)
      const isTime = [valueAt(rule, ['on'])].flat().includes('engaged_time')
      return {
        index,
        id: String(valueAt(rule, ['id']) ?? ''),
        label: String(valueAt(rule, ['label']) ?? `Rule ${index + 1}`),
        points: of('points', 'Points', 'number'),
        repeat: isTime ? null : of('repeat', 'Each repeat, %', 'percent', '100'),
        most: isTime ? null : of('max_per_day', 'Most a day', 'number', 'no limit'),
        saturation: isTime ? of('saturation_s', '63 % after, s', 'number') : null,
        halfLife: of('half_life_days', 'Halves in, days', 'number'),
        cap: of('cap', 'Cap', 'number', 'none'),
      }
    }),
    fit: [
      field(['fit', 'cap'], 'All together at most', 'number', '70'),
      ...fitRules.map((rule, index) =>
        field(['fit', 'rules', index, 'points'], fitLabel(rule, index, fitRules), 'number'),
      ),
    ],
    exclusions: [
      field(['exclude', 'email_domains'], 'Own staff: domains', 'list', ''),
      field(['exclude', 'competitors'], 'Competitors: domains', 'list', ''),
      field(['exclude', 'emails'], 'Addresses or patterns', 'list', ''),
      field(['exclude', 'free_mail'], 'Free mail', 'truth', 'false'),
      field(['exclude', 'disposable_mail'], 'Disposable mail', 'truth', 'false'),
    ],
  }
}

/** The label, with the trait where several rules are called the same. */
function fitLabel(rule: unknown, index: number, all: readonly unknown[]): string {
  const label = valueAt(rule, ['label'])
  const isShared = all.filter((one) => valueAt(one, ['label']) === label).length > 1
  const name = String(label ?? `Rule ${index + 1}`)
  return isShared ? `${name}, by ${valueAt(rule, ['trait'])}` : name
}

/** The file with what the form says; unchanged where it can't be read. */
export function applyForm(yaml: string, sent: Sent): string {
  const form = modelForm(yaml)
  if (!form) return yaml
  const { thresholds, groups, rules, fit, exclusions } = form
  const fields = [
    ...thresholds,
    ...groups,
    ...rules.flatMap((rule) => {
      const { points, repeat, most, saturation, halfLife, cap } = rule
      return [points, repeat, most, saturation, halfLife, cap].filter((one) => one !== null)
    }),
    ...fit,
    ...exclusions,
  ]
  const edits = fields.flatMap((field) => editOf(field, sent) ?? [])
  return editModel(yaml, [
    ...inNewGroups(rawModel(yaml), [...edits, ...newGroup(sent)]),
    ...newRule(form, sent),
    ...goneRule(form, sent),
  ])
}

function editOf(field: FieldView, sent: Sent): ModelEdit | null {
  const text = textOf(sent, field.name)
  if (text === null) return null
  const typed = field.kind === 'list' ? lines(text).join('\n') : text.trim()
  if (typed === field.value || (typed === field.unset && field.value === '')) return null
  const path = JSON.parse(field.name) as Path // the form itself wrote it
  const isUnset = typed === '' && field.unset !== null
  return { path, value: isUnset ? undefined : typedValue(typed, field.kind) }
}

function typedValue(typed: string, kind: FieldView['kind']): unknown {
  if (kind === 'list') return lines(typed)
  if (kind === 'truth') return typed === 'true' || (typed === 'false' ? false : typed)
  if (kind === 'text' || kind === 'letter') return typed
  const number = numberIn(typed)
  if (number === null) return typed
  return kind === 'percent' ? tidy(number / 100) : number
}

/** Keys of a group that is not there yet come as one group. */
function inNewGroups(raw: unknown, edits: readonly ModelEdit[]): readonly ModelEdit[] {
  const missing = new Map<string | number, Record<string, unknown>>()
  const rest = edits.filter(({ path, value }) => {
    const [group = '', key = ''] = path
    if (path.length !== 2 || valueAt(raw, [group]) !== undefined) return true
    if (value !== undefined) missing.set(group, { ...missing.get(group), [key]: value })
    return false
  })
  return [...rest, ...[...missing].map(([group, value]) => ({ path: [group], value }))]
}

function newGroup(sent: Sent): readonly ModelEdit[] {
  const name = (textOf(sent, 'new-group') ?? '').trim()
  const paths = lines(textOf(sent, 'new-group-paths') ?? '')
  return name === '' || paths.length === 0 ? [] : [{ path: ['pages', name], value: paths }]
}

function newRule({ rules }: ModelForm, sent: Sent): readonly ModelEdit[] {
  const [label, on, page, points, halfLife] = ['label', 'on', 'page', 'points', 'half-life'].map(
    (key) => (textOf(sent, `new-${key}`) ?? '').trim(),
  )
  if (!label) return []
  const isTime = on === 'engaged_time'
  const value = {
    id: newId(label, new Set(rules.map(({ id }) => id))),
    label,
    on: on || 'page_view',
    ...(page && { where: { page } }),
    points: numberIn(points || '10') ?? points,
    ...(isTime && { saturation_s: 60 }),
    half_life_days: numberIn(halfLife || '14') ?? halfLife,
  }
  return [{ path: ['rules', rules.length], value }]
}

function newId(label: string, taken: ReadonlySet<string>): string {
  const words = label.toLowerCase().replace(/[^a-z0-9]+/g, '_')
  const slug =
    words
      .replace(/^[_\d]+/, '')
      .slice(0, 34)
      .replace(/_+$/, '') || 'rule'
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? slug : `${slug}_${n}`
    if (!taken.has(id)) return id
  }
}

function goneRule({ rules }: ModelForm, sent: Sent): readonly ModelEdit[] {
  const index = rules.findIndex((rule) => String(rule.index) === textOf(sent, 'remove'))
  return index < 0 ? [] : [{ path: ['rules', index], value: undefined }]
}

function shown(value: unknown, kind: FieldView['kind']): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.map(String).join('\n')
  if (kind === 'percent' && typeof value === 'number') return String(tidy(value * 100))
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Without the noise of binary fractions: 0.57 · 100 is 57. */
function tidy(number: number): number {
  return Number(number.toPrecision(12))
}

function numberIn(text: string): number | null {
  return /^[+-]?\d{1,15}(\.\d{1,12})?$/.test(text) ? Number(text) : null
}

function lines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function textOf(sent: Sent, name: string): string | null {
  const value = Object.hasOwn(sent, name) ? sent[name] : null
  return typeof value === 'string' ? value : null
}

function listAt(raw: unknown, path: Path): readonly unknown[] {
  const value = valueAt(raw, path)
  return Array.isArray(value) ? value : []
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function valueAt(raw: unknown, path: Path): unknown {
  let value = raw
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = Reflect.get(value, key)
  }
  return value
}
