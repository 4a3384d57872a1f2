/**
 * Fit: how much a lead looks like a customer, from who they are and not from what they did.
 *
 *   points = min(cap, sum of the rules that match)      within a group only the strongest
 *   letter = A from 45, B from 30, C from 15, D below    null where no rule found anything to look at
 *
 * A rule looks at one trait, lower-cased and with its white space folded, by globs over the whole of
 * it or for being there at all. Two traits are made here: `email_domain` and `email_kind`.
 */

import { compileGlob, type Glob } from './glob.ts'
import type { MailDomains } from './mail-domains.ts'

type FitLetter = 'A' | 'B' | 'C' | 'D'

/** A rule of the model file: by globs over a trait (`matches`), or `known` for a trait that is there. */
interface FitRule {
  readonly id: string
  readonly label: string
  readonly trait: string
  readonly points: number
  readonly matches?: readonly string[] | undefined
  readonly known?: true | undefined
  /** Of the matching rules of a group only the one with the most points, by absolute value, counts. */
  readonly group?: string | undefined
}

export interface FitModel {
  readonly cap: number
  readonly rules: readonly FitRule[]
}

/** A fit model with its globs compiled; make it once per published version. */
export interface CompiledFit {
  readonly cap: number
  readonly rules: readonly CompiledRule[]
}
interface CompiledRule {
  readonly id: string
  readonly trait: string
  readonly points: number
  readonly group: string | null
  readonly globs: readonly Glob[] | 'known'
}

export interface Fit {
  readonly points: number
  readonly letter: FitLetter | null
}

export type FitTraits = Readonly<Record<string, string | number | boolean>>

const LETTERS: readonly (readonly [FitLetter, number])[] = [
  ['A', 45],
  ['B', 30],
  ['C', 15],
]

/** Compiles the globs of a model's rules. */
export function compileFit(model: FitModel): CompiledFit {
  return { cap: model.cap, rules: model.rules.map(compileRule) }
}

function compileRule(rule: FitRule): CompiledRule {
  const { id, trait, points, group = null, matches = [] } = rule
  const globs = rule.known === true ? 'known' : matches.map(foldText).map(compileGlob)
  return { id, trait, points, group, globs }
}

/** The fit of a person; `email` is in its normal form, and the traits are as they were sent. */
export function fitOf(
  traits: FitTraits,
  email: string | null,
  fit: CompiledFit,
  domains: MailDomains,
): Fit {
  const values = valuesOf(traits, email, domains)
  const strongest = new Map<string, number>()
  let hasLooked = false
  for (const rule of fit.rules) {
    const value = values.get(rule.trait)
    if (value === undefined) continue
    hasLooked = true
    if (!isMatch(rule, value)) continue
    const key = rule.group === null ? `rule ${rule.id}` : `group ${rule.group}`
    const before = strongest.get(key) ?? 0
    if (Math.abs(rule.points) > Math.abs(before)) strongest.set(key, rule.points)
  }
  let sum = 0
  for (const points of strongest.values()) sum += points
  const points = Math.min(fit.cap, sum)
  return { points, letter: hasLooked ? letterOf(points) : null }
}

/** What became of one rule of the model, in its order. */
export interface FitLine {
  /** What it looked at, as it was compared; null where nothing is known. */
  readonly value: string | null
  /** `outdone`: it matches, and a stronger rule of its group counts in its place. */
  readonly state: 'counts' | 'outdone' | 'missed' | 'unknown'
  /** Points it would add if it matched; 0 for what matches, and for what something stronger outdoes. */
  readonly gain: number
}

/** Why a fit is what it is, a line a rule: the points of those that count, up to the cap, are its points. */
export function fitLinesOf(
  traits: FitTraits,
  email: string | null,
  fit: CompiledFit,
  domains: MailDomains,
): FitLine[] {
  const values = valuesOf(traits, email, domains)
  const matching = fit.rules.filter((rule) => isMatch(rule, values.get(rule.trait)))
  return fit.rules.map((rule): FitLine => {
    const value = values.get(rule.trait) ?? null
    const rivals = matching.filter(({ group }) => group !== null && group === rule.group)
    const strongest = rivals.toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points))[0]
    if (matching.includes(rule)) {
      const counts = strongest === undefined || strongest === rule
      return { value, state: counts ? 'counts' : 'outdone', gain: 0 }
    }
    const isOutdone = Math.abs(rule.points) <= Math.abs(strongest?.points ?? 0)
    const gain = isOutdone ? 0 : rule.points - (strongest?.points ?? 0)
    return { value, state: value === null ? 'unknown' : 'missed', gain }
  })
}

function isMatch({ globs }: CompiledRule, value: string | undefined): boolean {
  if (value === undefined) return false
  return globs === 'known' || globs.some((matches) => matches(value))
}

function letterOf(points: number): FitLetter {
  return LETTERS.find(([, least]) => points >= least)?.[0] ?? 'D'
}

function valuesOf(
  traits: FitTraits,
  email: string | null,
  domains: MailDomains,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(traits)) {
    const text = foldText(String(value))
    if (text !== '') values.set(name, text)
  }
  const domain = email?.slice(email.lastIndexOf('@') + 1) ?? ''
  if (domain !== '') {
    values.set('email_domain', domain)
    values.set('email_kind', domains.kindOf(domain))
  }
  return values
}

function foldText(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase()
}
