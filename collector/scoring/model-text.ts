import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
} from 'yaml'
import { isYamlTooDeep, MAX_LEVELS } from '../nesting.ts'
import { syntaxFlaws } from './model-syntax.ts'
import { unfold } from './model-unfold.ts'

/** The text of a model file as plain data, with the place of everything in it. */

/** Something wrong with the text as YAML; `offset` is in the text, from 0. */
export interface Flaw {
  readonly offset: number
  readonly text: string
}

export interface ModelText {
  readonly flaws: readonly Flaw[]
  /** Whether `raw` holds all that the text says. */
  readonly isWhole: boolean
  readonly raw: unknown
  /** Where the key or item begins; where there is none, where that begins which lacks it. */
  offsetOf(path: readonly PropertyKey[]): number
  lineOf(offset: number): number
}

const OPTIONS = {
  // Keys are names, whatever they look like. Keys that are there twice are found when the document
  // is unfolded, with the line of the first, and without giving up on the rest of the file.
  stringKeys: true,
  uniqueKeys: false,
  logLevel: 'error',
  // Whatever a %YAML line says: `no` is a word here, and there are no dates and no sets.
  schema: 'core',
  resolveKnownTags: false,
} as const

/** Reads YAML, of which JSON is a part. */
export function readText(yaml: string): ModelText {
  const lines = new LineCounter()
  const lineOf = (offset: number) => Math.max(1, lines.linePos(offset).line)
  const broken = (...flaws: Flaw[]): ModelText => {
    return { flaws, isWhole: false, raw: undefined, offsetOf: () => 0, lineOf }
  }
  const tokens = [...new Parser(lines.addNewLine).parse(yaml)]
  if (isYamlTooDeep(tokens)) {
    const said = `lists or groups are nested more than ${MAX_LEVELS} levels deep; a model has six`
    return broken({ offset: 0, text: said })
  }
  const [doc, second] = new Composer(OPTIONS).compose(tokens, true, yaml.length)
  if (doc === undefined) return broken()
  const { raw, flaws, isWhole, anchored } = unfold(doc, lineOf)
  const syntax = syntaxFlaws(doc, yaml, lineOf)
  if (second !== undefined && syntax.length === 0) {
    const cure = 'expected one model in a file: remove the line with --- and one of the two'
    syntax.push({ offset: second.range[0], text: `a second document begins here; ${cure}` })
  }
  if (syntax.length > 0) {
    // What follows from an error is no error of its own; what a star means is.
    const taken = new Set(syntax.map(({ offset }) => lineOf(offset)))
    return broken(
      ...syntax,
      ...flaws.filter(({ offset, isStar }) => isStar && !taken.has(lineOf(offset))),
    )
  }
  return { raw, flaws, isWhole, offsetOf: (path) => offsetOf({ doc, anchored }, path), lineOf }
}

interface Unfolded {
  readonly doc: Document
  /** What each alias stands for. */
  readonly anchored: ReadonlyMap<unknown, unknown>
}

function offsetOf({ doc, anchored }: Unfolded, path: readonly PropertyKey[]): number {
  let node: unknown = doc.contents
  let offset = startOf(node)
  for (const key of path) {
    const parent = isAlias(node) ? anchored.get(node) : node
    if (isMap(parent)) {
      // The last of that name: where a key is there twice, the data has the last.
      const pair = parent.items.findLast((one) => nameOf(one.key) === String(key))
      if (pair === undefined) break
      offset = startOf(pair.key)
      node = pair.value
    } else if (isSeq(parent)) {
      node = parent.items[Number(key)]
      if (node === undefined) break
      offset = startOf(node)
    } else break
  }
  return offset
}

/** A key as text. */
export function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key)
}

/** Where a node begins in the text. */
export function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0
}
