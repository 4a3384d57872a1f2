import type { SkipCode } from '../errors.ts'

/** Bytes as lines, a block at a time, at constant memory: a line that is too long is passed over while it is read. */

export interface Line {
  /** From 1. */
  readonly number: number
  /** Null where it can't be read, and why. */
  readonly text: string | null
  readonly problem: SkipCode | null
}

export interface Block {
  readonly lines: readonly Line[]
  /** The bytes of these lines, ends of lines and all, where those are in hand. */
  readonly bytes: Buffer
  /** How many bytes of the whole stand before the end of this block. */
  readonly end: number
}

export const MAX_LINE_BYTES = 64 * 1024
const NEW_LINE = 0x0a
const BOM = Buffer.from([0xef, 0xbb, 0xbf])

/** Whole lines; blank ones are left out. A last line needs no end. */
export async function* linesOf(
  chunks: AsyncIterable<Buffer>,
  maxBytes = MAX_LINE_BYTES,
): AsyncGenerator<Block> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest: Buffer = Buffer.alloc(0)
  let isTooLong = false
  let number = 0
  let end = 0

  function lineOf(bytes: Buffer): Line {
    number += 1
    if (isTooLong || bytes.length > maxBytes) {
      isTooLong = false
      return { number, text: null, problem: 'too_long' }
    }
    const start = number === 1 && bytes.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0
    try {
      return { number, text: decoder.decode(bytes.subarray(start)).trim(), problem: null }
    } catch {
      return { number, text: null, problem: 'not_text' }
    }
  }
  function blockOf(bytes: Buffer): Block {
    const lines: Line[] = []
    for (let at = 0; at < bytes.length; ) {
      const next = bytes.indexOf(NEW_LINE, at)
      const stop = next === -1 ? bytes.length : next
      const line = lineOf(bytes.subarray(at, stop))
      if (line.text !== '') lines.push(line)
      at = stop + 1
    }
    end += bytes.length
    return { lines, bytes, end }
  }

  for await (const chunk of chunks) {
    const last = chunk.lastIndexOf(NEW_LINE)
    if (last === -1) {
      rest = Buffer.concat([rest, chunk])
      if (rest.length <= maxBytes) continue
      // Only that it goes on is of interest; the bytes count all the same.
      isTooLong = true
      end += rest.length
      yield { lines: [], bytes: rest, end }
      rest = Buffer.alloc(0)
      continue
    }
    const whole = Buffer.concat([rest, chunk.subarray(0, last + 1)])
    rest = Buffer.from(chunk.subarray(last + 1))
    yield blockOf(whole)
  }
  if (rest.length > 0 || isTooLong) {
    const isEmptyEnd = rest.length === 0
    yield blockOf(isEmptyEnd ? Buffer.from('\n') : rest)
  }
}
