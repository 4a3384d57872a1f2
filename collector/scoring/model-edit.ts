import {
  Composer,
  Document,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Parser,
} from 'yaml'
import { isYamlTooDeep } from '../nesting.ts'
import { nameOf, startOf } from './model-text.ts'

/**
 * Changes to a model file that leave the rest of it as its author wrote it: comments, order, quotes and
 * line breaks. A change replaces the text of the one value it is about. What comes out is read again and
 * must say what was asked for; a file too unusual for that (anchors, keys in several lines), or too long for
 * so many changes, is written anew by the YAML library, which keeps comments too, but not every line break.
 */

export interface ModelEdit {
  readonly path: readonly (string | number)[]
  /** Undefined takes the key or the item away. One past the end of a list adds to it. */
  readonly value: unknown
}

const PARSING = { stringKeys: true, schema: 'core', uniqueKeys: false, logLevel: 'silent' } as const
/** The file is read again for each change that moves others: some hundred milliseconds in all. */
const MOST_READ_CHARS = 500_000
/** Never breaks a line. */
const WRITING = { lineWidth: 0 } as const

/** The file with the changes made; as it is where it can't be read at all. */
export function editModel(yaml: string, wished: readonly ModelEdit[]): string {
  const doc = wished.length === 0 ? null : read(yaml)
  if (doc === null) return yaml
  const edits = wished.filter(({ path }) => hasPlace(doc, path))
  const [sets, others] = [edits.filter(isSet(doc)), edits.filter((edit) => !isSet(doc)(edit))]
  const wanted = write(doc, edits)
  if (others.length * yaml.length > MOST_READ_CHARS) return wanted.toString(WRITING)
  let text = splice(
    yaml,
    sets.flatMap((edit) => replacement(doc, yaml, edit) ?? []),
  )
  // What moves others is done one by one, from the end of the file to its beginning.
  for (const edit of others.toReversed()) {
    const now = read(text)
    if (now === null) break
    const cut = edit.value === undefined ? removal(now, text, edit) : addition(now, text, edit)
    text = cut ? splice(text, [cut]) : text
  }
  const isRight = JSON.stringify(rawModel(text)) === JSON.stringify(wanted.toJS())
  return isRight ? text : wanted.toString(WRITING)
}

/** The plain data of a file, however wrong it is as a model; null where it is no YAML. */
export function rawModel(yaml: string): unknown {
  return read(yaml)?.toJS() ?? null
}

function read(yaml: string): Document | null {
  const tokens = [...new Parser().parse(yaml)]
  if (isYamlTooDeep(tokens)) return null
  const [doc, second] = new Composer(PARSING).compose(tokens, true, yaml.length)
  if (!doc || second || doc.errors.length > 0) return null
  try {
    JSON.stringify(doc.toJS())
    return doc
  } catch {
    return null // what its stars stand for grows without end, or holds itself
  }
}

interface Cut {
  readonly from: number
  readonly to: number
  readonly text: string
}

function splice(text: string, cuts: readonly Cut[]): string {
  const ordered = [...cuts].sort((a, b) => b.from - a.from)
  return ordered.reduce(
    (now, { from, to, text: put }) => now.slice(0, from) + put + now.slice(to),
    text,
  )
}

/** A key stands in a group or a list, and not in a text or a number. */
function hasPlace(doc: Document, path: ModelEdit['path']): boolean {
  return path.every((_, depth) => {
    const parent = depth === 0 ? doc.contents : doc.getIn(path.slice(0, depth), true)
    return parent === undefined || parent === null || isCollection(parent)
  })
}

/** Puts another value where one is. */
function isSet(doc: Document): (edit: ModelEdit) => boolean {
  return ({ path, value }) => value !== undefined && isNode(doc.getIn(path, true))
}

/** By the library itself: what the changes come to, whatever the text looks like. */
function write(doc: Document, edits: readonly ModelEdit[]): Document {
  const copy = doc.clone()
  const gone = edits.filter(({ value }) => value === undefined).toReversed()
  for (const { path, value } of edits) if (value !== undefined) setIn(copy, path, value)
  for (const { path } of gone) copy.deleteIn(path)
  return copy
}

function setIn(doc: Document, path: ModelEdit['path'], value: unknown): void {
  const old = doc.getIn(path, true)
  if (isScalar(old) && !isObject(value)) old.value = value
  else doc.setIn(path, kept(doc, old, value))
}

/** A list keeps the nodes, and with them the comments, of the items that stay. */
function kept(doc: Document, old: unknown, value: unknown): unknown {
  const node = doc.createNode(value, { flow: !isSeq(old) || old.flow === true })
  if (!isSeq(node) || !isSeq(old)) return node
  node.items = node.items.map((item) => {
    const same = old.items.find(
      (one) => isScalar(one) && isScalar(item) && one.value === item.value,
    )
    return same ?? item
  })
  node.comment = old.comment ?? null
  node.commentBefore = old.commentBefore ?? null
  return node
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function replacement(doc: Document, text: string, { path, value }: ModelEdit): Cut | null {
  const old = doc.getIn(path, true)
  if (!isNode(old) || !old.range) return null
  const [from, to] = old.range
  const indent = ' '.repeat(from - lineStart(text, from))
  return { from, to, text: textOf(kept(doc, old, value), indent) }
}

/** A value as it stands in the text, its further lines as far in as its first. */
function textOf(value: unknown, indent = ''): string {
  const doc = new Document(undefined, PARSING)
  // An unset style lets the writer quote a text that would read as something else.
  doc.contents = (isNode(value) ? value : doc.createNode(value, { flow: true })) as never
  return doc
    .toString({ ...WRITING, flowCollectionPadding: !isSeq(value) })
    .trim()
    .replace(/\n/g, `\n${indent}`)
}

/** Adds a key to a group, or an item to a list. */
function addition(doc: Document, text: string, { path, value }: ModelEdit): Cut | null {
  const parent = path.length === 1 ? doc.contents : doc.getIn(path.slice(0, -1), true)
  if (!isCollection(parent) || !parent.range) return null
  const [start, end] = parent.range
  const body = isMap(parent) ? `${textOf(path.at(-1))}: ${textOf(value)}` : textOf(value)
  if (parent.flow) {
    const inside = text.slice(start + 1, end - 1).trimEnd()
    const at = start + 1 + inside.length
    const comma = inside === '' || inside.endsWith(',') ? '' : ','
    const hasComment = /#[^\n]*$/.test(inside) // nothing can be added behind it
    return hasComment ? null : { from: at, to: at, text: `${comma} ${body}` }
  }
  const last = parent.items.at(-1)
  const node = isPair(last) ? (last.value ?? last.key) : last
  if (!isNode(node) || !node.range) return null
  const newline = text.indexOf('\n', Math.max(0, node.range[1] - 1))
  const at = newline === -1 ? text.length : newline
  const indent = ' '.repeat(start - lineStart(text, start))
  return { from: at, to: at, text: `\n${indent}${isSeq(parent) ? '- ' : ''}${body}` }
}

/** Takes a key out of a group in braces, or an item with lines of its own out of a list. */
function removal(doc: Document, text: string, { path }: ModelEdit): Cut | null {
  const parent = path.length === 1 ? doc.contents : doc.getIn(path.slice(0, -1), true)
  const key = path.at(-1)
  if (isMap(parent) && parent.flow) {
    const index = parent.items.findIndex((pair) => nameOf(pair.key) === key)
    const [pair, next, before] = [index, index + 1, index - 1].map((i) => parent.items[i])
    if (!pair) return null
    if (next) return { from: startOf(pair.key), to: startOf(next.key), text: '' }
    const end = isNode(pair.value) ? pair.value.range?.[1] : undefined
    const from = before && isNode(before.value) ? before.value.range?.[1] : undefined
    return end === undefined || from === undefined ? null : { from, to: end, text: '' }
  }
  if (isSeq(parent) && !parent.flow && typeof key === 'number') {
    const node = parent.items[key]
    if (!isNode(node) || !node.range) return null
    const from = lineStart(text, node.range[0])
    if (!/^\s*- +$/.test(text.slice(from, node.range[0]))) return null
    const newline = text.indexOf('\n', Math.max(from, node.range[1] - 1))
    return { from, to: newline === -1 ? text.length : newline + 1, text: '' }
  }
  return null
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}
