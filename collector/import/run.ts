import { createHash } from 'node:crypto'
import type { PlacedRow } from './deliveries.ts'
import type { Block } from './lines.ts'
import type { Skip, Tally } from './report.ts'
import type { LineReader, ReadRow } from './row.ts'
import type { RowIds } from './row-ids.ts'

/**
 * The core of every import: pieces of a file in, batches out, one after the other, each counted before the next.
 * It knows no store and no format. What it holds is one batch.
 */

export interface ReadLine {
  readonly line: number
  readonly read: ReadRow
  /** As the file has it. */
  readonly text: string
}

/** A part of a file, with how far it goes. */
export interface Piece {
  readonly rows: readonly ReadLine[]
  /** Null where it can't be gone on from. */
  readonly place: Place | null
  /** It was dealt with before; only its rows' ids are of interest. */
  readonly isPast: boolean
}

export interface Place {
  /** Bytes before it. */
  readonly end: number
  /** Of those bytes. */
  readonly hash: string
}

export interface Run {
  readonly tally: Tally
  readonly ids: RowIds
  /** Takes rows, all of them or with a reason for each; throws where nothing more can be taken. */
  take(rows: readonly PlacedRow[]): Promise<void>
  onSkip(skip: Skip, text: string): void
  /** Everything up to there is dealt with. */
  onBatch(place: Place | null): void | Promise<void>
  /** Whether to stop before the next batch. */
  isStopped(): boolean
  readonly rowsAtOnce: number
}

/** Whether it came to the end. Where reading fails, what was read before is taken, and then it throws. */
export async function importPieces(pieces: AsyncIterable<Piece>, run: Run): Promise<boolean> {
  let batch: PlacedRow[] = []
  let read = 0
  let place: Place | null = null
  let isTaking = false
  const flush = async () => {
    isTaking = true
    await run.take(batch)
    isTaking = false
    run.tally.read(read)
    await run.onBatch(place)
    batch = []
    read = 0
  }
  try {
    for await (const piece of pieces) {
      for (const { line, read: found, text } of piece.rows) {
        if (found.ok) {
          const event = run.ids.withId(found.row)
          if (!piece.isPast) batch.push({ line, row: found.row, event })
        } else if (!piece.isPast) {
          const { code, why } = found
          const skip: Skip = { line, code, ...(why !== undefined && { why }) }
          run.tally.skip(skip)
          run.onSkip(skip, text)
        }
      }
      if (piece.isPast) continue
      read += piece.rows.length
      place = piece.place
      if (batch.length < run.rowsAtOnce) continue
      await flush()
      if (run.isStopped()) return false
    }
  } catch (error) {
    if (!isTaking && !(error instanceof Changed)) await flush()
    throw error
  }
  await flush()
  return true
}

/** The file is not what it was when its import was broken off. */
export class Changed extends Error {}

/**
 * Blocks of lines as pieces; those up to `past` are past. Throws `Changed` where the bytes before that place
 * are other ones than they were.
 */
export async function* piecesOfLines(
  blocks: AsyncIterable<Block>,
  read: LineReader,
  past: Place | null,
): AsyncGenerator<Piece> {
  const hash = createHash('sha256')
  let isPast = past !== null
  for await (const { lines, bytes, end } of blocks) {
    hash.update(bytes)
    const place = { end, hash: hash.copy().digest('hex') }
    if (isPast && past && end > past.end) throw new Changed()
    if (isPast && past && end === past.end && place.hash !== past.hash) throw new Changed()
    yield { rows: lines.map((line) => readOf(line, read)), place, isPast }
    if (past && end === past.end) isPast = false
  }
  if (isPast) throw new Changed()
}

function readOf({ number, text, problem }: Block['lines'][number], read: LineReader): ReadLine {
  if (text === null) {
    const code = problem ?? 'not_text'
    return { line: number, read: { ok: false, code }, text: '' }
  }
  return { line: number, read: read(text), text }
}
