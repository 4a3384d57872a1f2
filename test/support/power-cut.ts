/**
 * What a disk may hold after a power cut, from the journal of fault-shim.c. Assumed, as SQLite does:
 *
 * - what a file got before its last flush is there;
 * - of what it got later, any sectors may be there, in any order; a sector is there or not, and its
 *   neighbours are not harmed (SQLITE_POWERSAFE_OVERWRITE); the last write may be cut anywhere;
 * - a later change of size is there or not;
 * - a new file has its name from its first flush on, or that of its directory; a removed one may have
 *   its name until the directory is flushed, and a renamed one its old name.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from './random.ts'

export interface Happened {
  readonly kind: string
  readonly name: string
  readonly offset: number
  readonly data: Buffer
  /** Where in the journal it ends. */
  readonly end: number
}

const SECTOR = 512
const HEAD = 15

export function readJournal(path: string): readonly Happened[] {
  const bytes = readFileSync(path)
  const all: Happened[] = []
  for (let at = 0; at + HEAD <= bytes.length; ) {
    const nameEnd = at + HEAD + bytes.readUInt16LE(at + 1)
    const end = nameEnd + bytes.readUInt32LE(at + 11)
    all.push({
      kind: String.fromCharCode(bytes[at] ?? 0),
      name: bytes.toString('utf8', at + HEAD, nameEnd),
      offset: Number(bytes.readBigInt64LE(at + 3)),
      data: bytes.subarray(nameEnd, end),
      end,
    })
    at = end
  }
  return all
}

interface File {
  content: Buffer
  isNamed: boolean
  /** The name is to go, but may still be there. */
  isGone: boolean
  pending: Happened[]
}

/** A file that got another name, and what had that name before. */
interface Move {
  readonly from: string
  readonly to: string
  readonly file: File
  readonly replaced: File | undefined
}

/** Writes into `directory` what may be left when the power went after these things had happened. */
export function cutPower(happened: readonly Happened[], directory: string, random: Random): void {
  const files = new Map<string, File>()
  const fileOf = (name: string) => {
    const known = files.get(name)
    if (known && !known.isGone) return known
    const file = { content: Buffer.alloc(0), isNamed: false, isGone: false, pending: [] }
    files.set(name, file)
    return file
  }
  const moves: Move[] = []
  const move = (from: string, to: string) => {
    const file = fileOf(from)
    moves.push({ from, to, file, replaced: files.get(to) })
    files.delete(from)
    files.set(to, file)
  }
  const nameAll = () => {
    moves.length = 0
    for (const [name, file] of files) {
      if (file.isGone) files.delete(name)
      else file.isNamed = true
    }
  }
  for (const one of happened) {
    if (one.kind === 's' && one.name === '') nameAll()
    else if (one.kind === 's') {
      const file = fileOf(one.name)
      for (const change of file.pending) file.content = changed(file.content, change)
      file.pending = []
      file.isNamed = true
    } else if (one.kind === 'u') fileOf(one.name).isGone = true
    else if (one.kind === 'r') move(one.name, one.data.toString())
    else fileOf(one.name).pending.push(one)
  }
  for (const { from, to, file, replaced } of moves.reverse()) {
    if (random.next() < 0.5) continue
    files.set(from, file)
    if (replaced) files.set(to, replaced)
    else files.delete(to)
  }
  // Nothing, anything or all of what was under way.
  const chance = random.pick([0, 0.5, 0.9, 1])
  for (const [name, file] of files) {
    if ((!file.isNamed || file.isGone) && random.next() < 0.5) continue
    for (const change of file.pending) {
      if (change.kind !== 'w') {
        if (random.next() < chance) file.content = changed(file.content, change)
        continue
      }
      for (const piece of sectorsOf(change)) {
        if (random.next() < chance) file.content = changed(file.content, piece)
      }
    }
    writeFileSync(join(directory, name), file.content)
  }
}

/** A write as its sectors. */
function sectorsOf(write: Happened): Happened[] {
  const pieces: Happened[] = []
  const end = write.offset + write.data.length
  for (let at = write.offset; at < end; ) {
    const next = Math.min(end, (Math.floor(at / SECTOR) + 1) * SECTOR)
    const data = write.data.subarray(at - write.offset, next - write.offset)
    pieces.push({ ...write, offset: at, data })
    at = next
  }
  return pieces
}

function changed(content: Buffer, { kind, offset, data }: Happened): Buffer {
  if (kind === 'o') return content
  if (kind === 't') {
    return offset <= content.length
      ? content.subarray(0, offset)
      : Buffer.concat([content, Buffer.alloc(offset - content.length)])
  }
  const end = offset + data.length
  if (end <= content.length) {
    data.copy(content, offset)
    return content
  }
  const grown = Buffer.alloc(Math.max(end, content.length))
  content.copy(grown)
  data.copy(grown, offset)
  return grown
}
