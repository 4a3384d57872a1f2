import type { Document, YAMLError } from 'yaml'
import { flawOf, lineAt } from './model-slips.ts'
import type { Flaw } from './model-text.ts'

/**
 * Errors of YAML in plain words. The parser says what it could not go on with; here is guessed what
 * a person did: the usual slips first, by the parser's code and what stands at the place.
 *
 * After a first error the parser reports what follows from it as well. So the first is told, and of
 * the others only those that stand for themselves, one a line.
 */

/** Says what is wrong with the text; nothing where it is YAML. */
export function syntaxFlaws(
  doc: Document,
  text: string,
  lineOf: (offset: number) => number,
): Flaw[] {
  const tags = doc.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED')
  const errors = [...doc.errors, ...tags].slice(0, MAX_LOOKED_AT)
  const blank = indentFlaw(text, lineOf, errors)
  if (blank !== null) return [blank]
  const fence = errors.length > 0 ? /^[ \t]*(```|~~~)/m.exec(text) : null
  if (fence !== null) {
    return [
      {
        offset: fence.index,
        text: 'the line with ``` is no part of a model; remove it, and the one at the end',
      },
    ]
  }
  const flaws = new Map<number, Flaw>()
  for (const [index, error] of errors.entries()) {
    if (index > 0 && !standsAlone(error)) continue
    const flaw = flawOf(error, doc, text)
    const line = lineOf(flaw.offset)
    if (!flaws.has(line)) flaws.set(line, flaw)
    if (flaws.size >= MAX_FLAWS) break
  }
  return [...flaws.values()]
}

/** What is no YAML at all can have an error for each of its characters. */
const MAX_LOOKED_AT = 100
const MAX_FLAWS = 20

function standsAlone({ code, message }: YAMLError): boolean {
  return (
    ['BAD_SCALAR_START', 'BAD_DQ_ESCAPE', 'TAG_RESOLVE_FAILED'].includes(code) ||
    message.startsWith('Missing closing') ||
    message.includes('and end with a')
  )
}

/** Tabs, and the blanks that a web page or a word processor puts in the place of spaces. */
function indentFlaw(
  text: string,
  lineOf: (offset: number) => number,
  errors: readonly YAMLError[],
): Flaw | null {
  // Inside of brackets YAML takes tabs, so they are wrong only where the parser stumbled over one.
  const areTabsWrong = errors.some(
    ({ code, pos }) => code === 'TAB_AS_INDENT' || /^ *\t/.test(lineAt(text, pos[0])),
  )
  const [first, ...others] = [...text.matchAll(/^[^\S\n]+(?=\S)/gm)].filter(
    ([blank]) => /[^\S \t]/.test(blank) || (areTabsWrong && blank.includes('\t')),
  )
  if (first === undefined) return null
  const what = first[0].includes('\t') ? 'a tab' : 'blanks that are no spaces'
  const also = others.slice(0, MAX_FLAWS).map(({ index }) => lineOf(index))
  const more =
    also.length === 0 ? '' : ` (and so on ${also.length > 1 ? 'lines' : 'line'} ${also.join(', ')})`
  const said = `the line is indented with ${what}; expected spaces, such as two for each step${more}`
  return { offset: first.index, text: said }
}
