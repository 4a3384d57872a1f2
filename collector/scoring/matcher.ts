import type { Model, RuleSpec } from './model.ts'

/**
 * What a rule counts, as a text: two rules, or two versions of one, with the same text fill the same
 * buckets from the same events. Whatever only turns counts into points is left out, so that a change
 * of it costs no scan.
 */

/** The canonical text of everything that decides which events a rule counts, and as what. */
export function matcherOf(rule: RuleSpec, pages: Model['pages']): string {
  const { page, path, host, source, props } = rule.where
  const group = page === undefined ? undefined : Object.hasOwn(pages, page) ? pages[page] : []
  // A page group is a named list of path patterns: it means what the list means, spelled out.
  const paths = [group, path].filter((globs) => globs !== undefined).map(globsOf)
  return JSON.stringify({
    on: inOrder(rule.on),
    as: rule.on.includes('engaged_time') ? 'time' : 'count',
    paths: inOrder(paths.map((globs) => JSON.stringify(globs))),
    host: host && globsOf(host),
    source: source && globsOf(source),
    props: Object.entries(props ?? {})
      .map(([key, values]) => [key, inOrder([values].flat().map(foldValue))])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  })
}

function inOrder(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort()
}

function globsOf(globs: readonly string[]): readonly string[] {
  return inOrder(globs.map(foldGlob))
}

/** As glob.ts reads it: whatever the case, with or without a slash at the end, a run of stars as one. */
function foldGlob(glob: string): string {
  const folded = glob.toLowerCase()
  const bare = folded.length > 1 && folded.endsWith('/') ? folded.slice(0, -1) : folded
  return bare.replace(/\*+/g, '*')
}

/** As match.ts reads it: a comparison by its number, other texts as globs; 1 and "1" are told apart. */
function foldValue(value: string | number | boolean): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  const [, sign, bound] = /^([<>]=?)(.*)$/s.exec(value) ?? []
  const number = Number(bound)
  return JSON.stringify(sign && Number.isFinite(number) ? `${sign}${number}` : foldGlob(value))
}
