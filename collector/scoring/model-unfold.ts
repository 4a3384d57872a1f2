import { type Document, isAlias, isMap, isNode, isScalar, isSeq } from 'yaml'
import { type Flaw, nameOf, startOf } from './model-text.ts'
import { quote } from './words.ts'

/**
 * A YAML document as plain data, its aliases replaced by what they stand for. Not by the library's
 * `toJS`, which needs more than five minutes for a list that names itself 2 500 times. Here what was
 * unfolded once is shared and its size is counted: the time is linear in the text, and a file that
 * would grow beyond measure is refused.
 */

interface FlawOfData extends Flaw {
  /** An alias of nothing: a pattern without quotes. */
  readonly isStar?: true
}

interface Unfolding {
  readonly raw: unknown
  readonly flaws: readonly FlawOfData[]
  readonly isWhole: boolean
  readonly anchored: ReadonlyMap<unknown, unknown>
}

/** More values than a file of the largest size can hold without aliases. */
const MAX_VALUES = 1_000_000

/** Aliases of nothing become the text that was meant; keys that are there twice have their last value. */
export function unfold(doc: Document, lineOf: (offset: number) => number): Unfolding {
  const flaws: FlawOfData[] = []
  const anchored = new Map<unknown, unknown>()
  /** By anchor, null while inside of it; a later one of the same name takes its place. */
  const named = new Map<string, Named | null>()

  const unfoldNode = (node: unknown): Unfolded => {
    if (isAlias(node)) return aliased(node.source, node)
    const anchor = isNode(node) && 'anchor' in node ? node.anchor : undefined
    if (anchor !== undefined) named.set(anchor, null)
    const unfolded = plain(node)
    if (anchor !== undefined) named.set(anchor, { ...unfolded, node })
    return unfolded
  }
  const aliased = (source: string, node: unknown): Unfolded => {
    const target = named.get(source)
    const offset = startOf(node)
    if (target) {
      anchored.set(node, target.node)
      return target
    }
    const said = `*${source} has no quotes, and a star in front then means something else`
    const text =
      target === null
        ? `*${source} stands inside of what it names; write the values out`
        : `${said}; write ${quote(`*${source}`)}`
    flaws.push({ offset, text, isStar: true })
    return { value: `*${source}`, size: 1 }
  }
  const plain = (node: unknown): Unfolded => {
    if (isSeq(node)) {
      const items = node.items.map(unfoldNode)
      return { value: items.map((item) => item.value), size: sizeOf(items) }
    }
    if (!isMap(node)) return { value: isScalar(node) ? node.value : null, size: 1 }
    const group: Record<string, unknown> = {}
    const first = new Map<string, number>()
    const items = node.items.map(({ key, value }) => {
      const name = nameOf(key)
      const offset = startOf(key)
      const before = first.get(name)
      if (before === undefined) first.set(name, offset)
      else
        flaws.push({
          offset,
          text: `${quote(name)} is here twice, first on line ${lineOf(before)}; keep one of the two`,
        })
      const unfolded = unfoldNode(value)
      // A group or a prop of this name would be lost on the way: objects take it for their prototype.
      if (name === '__proto__')
        flaws.push({ offset, text: '"__proto__" can not be a name; take another' })
      else group[name] = unfolded.value
      return unfolded
    })
    return { value: group, size: sizeOf(items) }
  }

  const { value, size } = unfoldNode(doc.contents)
  if (size <= MAX_VALUES) return { raw: value, flaws, isWhole: true, anchored }
  const text = 'the aliases of the file (*name) unfold into too much; write the values out'
  return {
    raw: undefined,
    flaws: [{ offset: startOf(doc.contents), text }],
    isWhole: false,
    anchored,
  }
}

interface Unfolded {
  readonly value: unknown
  /** Values in it, itself too, each alias counted as all that it stands for. */
  readonly size: number
}

interface Named extends Unfolded {
  readonly node: unknown
}

function sizeOf(items: readonly Unfolded[]): number {
  return items.reduce((sum, { size }) => sum + size, 1)
}
