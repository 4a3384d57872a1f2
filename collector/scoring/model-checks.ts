import { misspeltEvent } from './event-names.ts'
import type { Model } from './model.ts'
import { foundText, type Path, type Problem, valueAt } from './model-problems.ts'
import { MQL_DEFAULTS } from './model-shape.ts'
import { nearestName, quote } from './words.ts'

/**
 * What the shape can not say: how the parts of a model fit together. It looks at the plain data, so
 * that a wrong number somewhere hides nothing here; what has a wrong type is left to the shape.
 */

const MAX_RULES = 500
const LISTS: readonly Path[] = [['rules'], ['fit', 'rules']]

/** Lists that are too long to look at any further. */
export function findCrowds(raw: unknown): readonly Problem[] {
  return LISTS.map((path) => ({ path, length: itemsAt(raw, path).length }))
    .filter(({ length }) => length > MAX_RULES)
    .map(({ path, length }) => ({
      path,
      text: `has ${length} items; expected at most ${MAX_RULES}`,
    }))
}

/** `placeOf` says where something is, as `on line 5`. */
export function checkModel(raw: unknown, placeOf: (path: Path) => string): readonly Problem[] {
  const [rules, fitRules] = LISTS.map((path) => itemsAt(raw, path).map((_, i) => [...path, i]))
  return [
    ...checkThresholds(raw),
    ...LISTS.flatMap((path) => checkIds(raw, path, placeOf)),
    ...(rules ?? []).flatMap((path) => [...checkPage(raw, path), ...checkOn(raw, path)]),
    ...(fitRules ?? []).flatMap((path) => checkFitRule(raw, path)),
  ]
}

function checkThresholds(raw: unknown): readonly Problem[] {
  const path: Path = ['mql', 'exit']
  const enter = valueAt(raw, ['mql', 'enter']) ?? MQL_DEFAULTS.enter
  const exit = valueAt(raw, path) ?? MQL_DEFAULTS.exit
  if (typeof enter !== 'number' || typeof exit !== 'number' || exit <= enter) return []
  const isGiven = valueAt(raw, path) !== undefined
  const found = isGiven ? `is ${exit}` : `is missing, and its default is ${exit}`
  const expected = `expected at most ${enter}, such as ${Math.floor(enter * 0.6)}`
  return [{ path, text: `${found}, above enter, which is ${enter}; ${expected}` }]
}

function checkIds(raw: unknown, list: Path, placeOf: (path: Path) => string): readonly Problem[] {
  const first = new Map<string, Path>()
  return itemsAt(raw, list).flatMap((_, index): Problem[] => {
    const path = [...list, index, 'id']
    const id = valueAt(raw, path)
    if (typeof id !== 'string') return []
    const before = first.get(id)
    if (before === undefined) first.set(id, path)
    if (before === undefined) return []
    const expected = 'expected an id of its own for every rule'
    return [{ path, text: `is ${quote(id)}, as ${placeOf(before)}; ${expected}` }]
  })
}

function checkPage(raw: unknown, rule: Path): readonly Problem[] {
  const path = [...rule, 'where', 'page']
  const page = valueAt(raw, path)
  const groups = Object.keys(Object(valueAt(raw, ['pages'])))
  if (typeof page !== 'string' || page === '' || groups.includes(page)) return []
  const near = nearestName(page, groups)
  const there = groups.slice(0, MAX_LISTED).join(', ') + (groups.length > MAX_LISTED ? ', …' : '')
  const cure =
    groups.length === 0
      ? 'there are none: add one, such as pages: { key: ["/pricing*"] }'
      : `expected one of ${there}${near === null ? '' : `; did you mean \`${near}\`?`}`
  return [{ path, text: `is ${quote(page)}, but pages has no such group; ${cure}` }]
}

const MAX_LISTED = 12

/** Engaged time comes from pings, not events: it has points by seconds, no props, and asks for nothing. */
function checkOn(raw: unknown, rule: Path): readonly Problem[] {
  const at = (...keys: string[]) => ({
    path: [...rule, ...keys],
    value: valueAt(raw, [...rule, ...keys]),
  })
  const on = at('on')
  const names = [on.value].flat().filter((name) => typeof name === 'string')
  const seen = new Set<string>()
  const twice = new Set(names.filter((name) => seen.size === seen.add(name).size))
  const problems = [...twice].map((name) => {
    return { path: on.path, text: `has ${quote(name)} twice; expected each name once` }
  })
  const say = ({ path, value }: ReturnType<typeof at>, expected: string) =>
    problems.push({ path, text: `${foundText(value)}; ${expected}` })
  const saturation = at('saturation_s')
  if (!names.includes('engaged_time')) {
    if (saturation.value !== undefined)
      say(saturation, 'expected only where on is engaged_time: remove it')
    return problems
  }
  if (saturation.value === undefined) {
    say(saturation, 'expected with engaged_time: the seconds until 63 % of the points, such as 60')
  }
  if (names.some((name) => name !== 'engaged_time')) {
    say(on, 'expected engaged_time alone: write a rule of its own for the others')
  }
  const props = at('where', 'props')
  if (props.value !== undefined) say(props, 'expected none with engaged_time: time has no props')
  const raise = at('hand_raise')
  if (raise.value === true) say(raise, 'expected false with engaged_time: to read is not to ask')
  return problems
}

function checkFitRule(raw: unknown, path: Path): readonly Problem[] {
  if (typeof valueAt(raw, path) !== 'object' || valueAt(raw, path) === null) return []
  const matches = valueAt(raw, [...path, 'matches'])
  const known = valueAt(raw, [...path, 'known'])
  if ((matches === undefined) !== (known === undefined)) return []
  const expected = 'expected one of the two: patterns such as ["head of *"], or known: true'
  return known === undefined
    ? [{ path, text: `has neither \`matches\` nor \`known\`; ${expected}` }]
    : [{ path: [...path, 'known'], text: `stands beside \`matches\`; ${expected}` }]
}

/** What is allowed and hardly meant: it would count nothing. */
export function warningsOf(model: Model): readonly Problem[] {
  const ofRules = model.rules.flatMap((rule, index) => [
    ...rule.on.flatMap((name): Problem[] => {
      const near = misspeltEvent(name)
      const text = `is ${quote(name)}, and no event of Pique's own is called that; did you mean \`${near}\`?`
      return near === null ? [] : [{ path: ['rules', index, 'on'], text }]
    }),
    ...warnPaths(rule.where.path ?? [], ['rules', index, 'where', 'path']),
  ])
  const ofPages = Object.entries(model.pages).flatMap(([name, paths]) =>
    warnPaths(paths, ['pages', name]),
  )
  return [...ofPages, ...ofRules]
}

/** Paths begin with a slash, so a pattern that begins with a letter matches none. */
function warnPaths(globs: readonly string[], path: Path): readonly Problem[] {
  return globs
    .filter((glob) => !/^[/*?]/.test(glob))
    .map((glob) => {
      const meant = glob.replace(/^https?:\/\/[^/]*/i, '').replace(/^(?!\/)/, '/')
      return {
        path,
        text: `has ${quote(glob)}, and no path begins so; did you mean ${quote(meant)}?`,
      }
    })
}

function itemsAt(raw: unknown, path: Path): readonly unknown[] {
  const value = valueAt(raw, path)
  return Array.isArray(value) ? value : []
}
