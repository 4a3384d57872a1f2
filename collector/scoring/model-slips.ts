import { type Document, isMap, visit, type YAMLError } from 'yaml'
import type { Flaw } from './model-text.ts'
import { quote } from './words.ts'

/**
 * The slips behind an error of YAML, guessed by the parser's code and by what stands at the place.
 */

/** A line can be as long as the file, and the expressions below are not made for that. */
const MAX_LINE = 200

/** An error with what stands around it. */
interface Slip {
  readonly code: YAMLError['code']
  readonly message: string
  readonly at: number
  readonly doc: Document
  readonly text: string
  readonly line: string
  readonly before: string
  readonly rest: string
}

/** What a person is likely to have done, in their words. */
export function flawOf(error: YAMLError, doc: Document, text: string): Flaw {
  const at = error.pos[0]
  const slip: Slip = {
    code: error.code,
    message: error.message,
    at,
    doc,
    text,
    line: lineAt(text, at),
    before: text.slice(Math.max(lineStart(text, at), at - MAX_LINE), at),
    rest: restAt(text, at),
  }
  for (const [holds, say] of SLIPS) {
    const said = holds(slip) ? say(slip) : null
    if (said !== null) return typeof said === 'string' ? { offset: at, text: said } : said
  }
  const near = quote(slip.rest || slip.line)
  const check = 'check the quotes, the brackets and the indentation here and in the line above'
  return { offset: at, text: `this can not be read: ${near}; ${check}` }
}

const LINE_UP =
  'the line does not line up with those above; expected as many spaces as its neighbours have'

type SayFlaw = (slip: Slip) => Flaw | string | null

/** The first that holds and has something to say is what happened; so the order is part of the guess. */
const SLIPS: readonly (readonly [(slip: Slip) => boolean, SayFlaw])[] = [
  [({ message }) => message.startsWith('Missing closing'), openQuote],
  [({ message }) => message.includes('and end with a'), openBracket],
  [
    ({ code }) => code === 'RESOURCE_EXHAUSTION',
    () => 'lists or groups are nested too deeply; a model needs five levels',
  ],
  [
    ({ code, before, line }) => hasBareStar(before) || (code === 'BAD_ALIAS' && line.includes('*')),
    () => 'a pattern with a star stands without quotes; write it in quotes, such as "*pricing*"',
  ],
  [
    ({ code, message }) => code === 'BAD_SCALAR_START' || message.startsWith('Block scalar header'),
    ({ code, line, rest }) => {
      const value = code === 'BAD_SCALAR_START' ? rest : line.replace(/^.*?[:-]\s+/, '')
      const bare = value.replace(/\s*[,\]}].*$/, '')
      return `a value can not begin with ${bare.slice(0, 1)} as it is; write it in quotes: ${quote(bare)}`
    },
  ],
  [
    ({ code }) => code === 'BAD_ALIAS' || code === 'TAG_RESOLVE_FAILED',
    ({ line }) =>
      `a value can not begin with ${line.includes('!') ? '!' : '&'} as it is; write it in quotes`,
  ],
  [
    ({ code }) => code === 'BAD_DQ_ESCAPE',
    () =>
      'a backslash inside "…" begins a special character; write / in a path, or use single quotes',
  ],
  [
    ({ code }) => code === 'NON_STRING_KEY',
    () => 'a list or a group stands where a key should; write a text with [ or { in quotes',
  ],
  [
    ({ message }) => /Unexpected flow-(map|seq)-end/.test(message),
    ({ rest }) => `there is a ${rest.slice(0, 1)} that nothing opened; remove it`,
  ],
  [
    ({ message }) => /Unexpected (,|empty item)/.test(message),
    () => 'a comma stands where a value should; expected one comma between two items',
  ],
  [
    ({ rest }) => rest.startsWith(','),
    () => 'a comma stands after the value; remove it: commas belong inside [ ] and { }',
  ],
  [
    ({ message }) => message.startsWith('Missing , '),
    ({ rest }) => `a comma is missing before ${quote(rest)}`,
  ],
  [
    ({ message, before }) => message.startsWith('Unexpected scalar') && /["']\s*$/.test(before),
    ({ before, rest }) => {
      if (/^["']?\w+["']?:/.test(rest)) return `a comma is missing before ${quote(rest)}`
      const cure = before.trimEnd().endsWith("'")
        ? "write an apostrophe inside '…' twice: ''"
        : 'put all of the text into one pair of quotes'
      return `text follows a closing quote: ${quote(rest)}; ${cure}`
    },
  ],
  [({ message }) => message.startsWith('A block sequence'), () => LINE_UP],
  [
    ({ message }) => message.startsWith('Unexpected block-seq-ind'),
    () => 'a "- " begins a list; put it on the next line, or the whole text in quotes',
  ],
  [
    ({ code, at, doc }) =>
      code === 'MULTILINE_IMPLICIT_KEY' &&
      doc.errors.some((error) => error.code === 'BLOCK_IN_FLOW' && error.pos[0] === at),
    ({ rest }) => `a comma is missing at the end of the line, after ${quote(rest)}`,
  ],
  [
    ({ code }) => code === 'BLOCK_IN_FLOW',
    ({ rest }) =>
      `there is a colon too many in ${quote(rest)}; write a text with ": " in quotes, or a comma between two keys`,
  ],
  [
    ({ line }) => /^\s*-[^\s-]/.test(line),
    ({ line }) => `a space is missing after the dash; write ${quote(line.replace(/^\s*-/, '- '))}`,
  ],
  [
    ({ code, rest }) => code === 'BLOCK_AS_IMPLICIT_KEY' && /:\s/.test(rest),
    ({ rest }) => `there is a colon too many in ${quote(rest)}; write a text with ": " in quotes`,
  ],
  [
    ({ code, message }) =>
      code === 'MULTILINE_IMPLICIT_KEY' || message.startsWith('Implicit map keys'),
    colonSlip,
  ],
  [({ code, before }) => code === 'BLOCK_AS_IMPLICIT_KEY' && before.trim() !== '', nextIndented],
  [
    ({ code, message, before }) =>
      code === 'BAD_INDENT' || message.startsWith('Sequence item') || before.trim() === '',
    () => LINE_UP,
  ],
]

function hasBareStar(before: string): boolean {
  return /(?:[[{,]\s*|[:-]\s+)\*[^\s,\]}]*\s+$/.test(before)
}

function nextIndented({ at, text }: Slip): Flaw {
  const end = text.indexOf('\n', at)
  const said = 'the line is indented further than the one above, which has its value already'
  const cure = 'expected both to begin in the same column'
  return { offset: end < 0 ? at : end + 1, text: `${said}; ${cure}` }
}

function colonSlip({ rest }: Slip): string | null {
  const [, glued, value = ''] = /^("?[\w-]+"?):(\S.*)$/.exec(rest) ?? []
  if (glued !== undefined) {
    return `a space is missing after the colon; write ${quote(`${glued}: ${value}`)}`
  }
  const [key = '', ...words] = rest.split(/\s+/)
  if (!/^[\w-]+$/.test(key)) return null
  const meant = [`${key}:`, ...words].join(' ')
  return `a colon is missing after ${quote(key)}; write ${quote(meant)}`
}

function openQuote({ at, doc, text }: Slip): Flaw {
  let offset = at
  visit(doc, {
    Scalar(_, { type, range }) {
      if (type?.startsWith('QUOTE') && range?.[1] === at) offset = range[0]
    },
  })
  const mark = text.charAt(offset)
  return {
    offset,
    text: `the quote before ${quote(restAt(text, offset + 1))} is never closed; expected a second ${mark} at the end of the text`,
  }
}

/** The innermost bracket that was still open where the parser gave up. */
function openBracket({ at, doc, text }: Slip): Flaw {
  let offset = at
  let closing = '} or ]'
  visit(doc, {
    Collection(_, node) {
      const [start, end] = node.range ?? [0, 0]
      const wanted = isMap(node) ? '}' : ']'
      if (node.flow && start <= at && end >= at && text[end - 1] !== wanted) {
        offset = start
        closing = wanted
      }
    },
  })
  const rest = restAt(text, offset)
  const hidden = / #/.test(rest)
    ? ' (a # after a space begins a comment: put a text with one in quotes)'
    : ''
  return {
    offset,
    text: `the bracket of ${quote(rest)} is never closed; expected a ${closing} at its end${hidden}`,
  }
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1
}

/** From the place to the end of its line, or as far as is looked at. */
function restAt(text: string, at: number): string {
  const near = text.slice(at, at + MAX_LINE)
  const end = near.indexOf('\n')
  return near.slice(0, end < 0 ? undefined : end).trimEnd()
}

export function lineAt(text: string, at: number): string {
  return restAt(text, lineStart(text, at))
}
