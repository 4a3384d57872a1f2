import { cleanUrl } from '../ingest/clean-url.ts'
import { compileGlob } from './glob.ts'
import { matcherOf } from './matcher.ts'
import type { Model, RuleSpec } from './model.ts'
import { compileTables, type RuleTables } from './tables.ts'

/**
 * Which rules an event counts for. Page conditions are decided once per distinct address and
 * remembered (bounded), so that the cost per event is a look-up and the rare prop condition.
 */

/** Names the collector derives; see model.ts. */
export const ENGAGED_TIME = 'engaged_time'
export const SESSION = 'session'
export const LANDING = 'landing'

/** Whether only the collector may count under this name; an event that is sent with it matches nothing. */
export function isDerivedName(type: string): boolean {
  return type === ENGAGED_TIME || type === SESSION || type === LANDING
}

/** The store's number of what every model counts beside its rules: events of proven people, which make a day active. */
export const ACTIVITY_REF = 0

export interface CompiledRule {
  /** Place in the model, which is the order of reasons. */
  readonly index: number
  /** The store's number for the rule's name; versions that count the same events share it. */
  readonly ref: number
  readonly spec: RuleSpec
  readonly tables: RuleTables
  /** Whether it also asks for props, or for the source of the session. */
  readonly isPicky: boolean
}

export interface CompiledModel {
  readonly version: number
  readonly spec: Model
  readonly rules: readonly CompiledRule[]
  readonly byRef: ReadonlyMap<number, CompiledRule>
  /** Rules that count an event of this name on this page, in a session that came from this source. */
  match(on: string, href: string | null, more: MatchMore): readonly CompiledRule[]
}

/** What only some rules ask for. */
export interface MatchMore {
  readonly props: PropsLike | null
  /** Source of the session's touch. */
  readonly source: string
}

/** What the store knows a rule's counts by: its id, and what decides which events it counts. */
function ruleName(rule: RuleSpec, pages: Model['pages']): string {
  return `${rule.id} ${matcherOf(rule, pages)}`
}

export type PropsLike = Readonly<Record<string, unknown>>

/** Distinct addresses remembered per event name. */
const REMEMBERED_PAGES = 20_000

export function compileModel(
  spec: Model,
  version: number,
  refOf: (name: string, index: number) => number = (_, index) => index + 1,
): CompiledModel {
  const rules = spec.rules.map(
    (rule, index): CompiledRule => ({
      index,
      ref: refOf(ruleName(rule, spec.pages), index),
      spec: rule,
      tables: compileTables(rule),
      isPicky: rule.where.props !== undefined || rule.where.source !== undefined,
    }),
  )
  return {
    version,
    spec,
    rules,
    byRef: new Map(rules.map((r) => [r.ref, r])),
    match: createMatch(rules, spec.pages),
  }
}

/** Matches the rules of several models at once; rules that share a number are taken once. */
export function matchAny(models: readonly CompiledModel[]): CompiledModel['match'] {
  const [only] = models
  if (only && models.length === 1) return only.match
  const taken = new Set<number>()
  const parts = models.map(({ rules, spec }) => {
    const fresh = rules.filter(({ ref }) => !taken.has(ref))
    for (const { ref } of fresh) taken.add(ref)
    return createMatch(fresh, spec.pages)
  })
  return (on, href, more) => parts.flatMap((match) => match(on, href, more))
}

/** The matcher over some rules of a model. */
export function createMatch(
  rules: readonly CompiledRule[],
  pages: Model['pages'],
): CompiledModel['match'] {
  const groups = new Map(
    Object.entries(pages).map(([name, globs]) => [name, anyGlob(globs)] as const),
  )
  const tests = new Map(rules.map((rule) => [rule, pageTest(rule.spec, groups)] as const))
  const byName = new Map<string, RulesOfName>()
  for (const rule of rules) {
    for (const name of rule.spec.on) {
      const entry: RulesOfName = byName.get(name) ?? { rules: [], pages: new Map() }
      entry.rules.push(rule)
      byName.set(name, entry)
    }
  }
  const pickyTests = new Map(rules.map((rule) => [rule, pickyTest(rule.spec)] as const))

  return (on, href, more) => {
    const entry = byName.get(on)
    if (!entry) return NONE
    const key = href ?? ''
    let onPage = entry.pages.get(key)
    if (!onPage) {
      const page = pageOf(href)
      onPage = entry.rules.filter((rule) => tests.get(rule)?.(page))
      if (entry.pages.size >= REMEMBERED_PAGES) entry.pages.clear()
      entry.pages.set(key, onPage)
    }
    if (!onPage.some((rule) => rule.isPicky)) return onPage
    return onPage.filter((rule) => !rule.isPicky || pickyTests.get(rule)?.(more))
  }
}

interface RulesOfName {
  readonly rules: CompiledRule[]
  /** By address: the rules whose page conditions hold there. */
  readonly pages: Map<string, CompiledRule[]>
}

const NONE: readonly CompiledRule[] = []

interface PageParts {
  readonly host: string
  readonly path: string
}

/** Host and path of an address; where the hash is a route, the route. Null where there is none. */
function pageOf(href: string | null): PageParts | null {
  if (href === null) return null
  const url = cleanUrl(href)
  return url && { host: url.host, path: decodePath(url.path) }
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path // a lone % is no reason to forget the page
  }
}

function anyGlob(patterns: readonly string[]): (text: string) => boolean {
  const globs = patterns.map(compileGlob)
  return (text) => globs.some((glob) => glob(text))
}

function pageTest(
  { where }: RuleSpec,
  groups: ReadonlyMap<string, (path: string) => boolean>,
): (page: PageParts | null) => boolean {
  const group = where.page === undefined ? undefined : groups.get(where.page)
  const path = where.path && anyGlob(where.path)
  const host = where.host && anyGlob(where.host)
  if (!group && !path && !host) return () => true
  return (page) =>
    page !== null &&
    (!group || group(page.path)) &&
    (!path || path(page.path)) &&
    (!host || host(page.host))
}

function pickyTest({ where }: RuleSpec): (more: MatchMore) => boolean {
  const props = propsTest(where.props)
  const source = where.source && anyGlob(where.source)
  return (more) => (!source || source(more.source)) && props(more.props ?? {})
}

function propsTest(wantedProps: RuleSpec['where']['props']): (props: PropsLike) => boolean {
  const tests = Object.entries(wantedProps ?? {}).map(([key, wanted]) => {
    const any = [wanted].flat().map(valueTest)
    return (props: PropsLike) => Object.hasOwn(props, key) && any.some((test) => test(props[key]))
  })
  return (props) => tests.every((test) => test(props))
}

/** A comparison (`>=50`), a glob, or equality; numbers and booleans also match their text. */
function valueTest(wanted: string | number | boolean): (value: unknown) => boolean {
  if (typeof wanted !== 'string') return (value) => value === wanted || value === String(wanted)
  const operator = ['>=', '<=', '>', '<'].find((sign) => wanted.startsWith(sign))
  const bound = operator ? Number(wanted.slice(operator.length)) : Number.NaN
  if (operator && Number.isFinite(bound)) {
    return (value) => {
      const n = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
      if (operator === '>=') return n >= bound
      if (operator === '<=') return n <= bound
      return operator === '>' ? n > bound : n < bound
    }
  }
  const glob = compileGlob(wanted)
  return (value) =>
    (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') &&
    glob(String(value))
}
