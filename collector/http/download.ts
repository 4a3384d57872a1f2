import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context } from 'hono'
import { COMPRESSIBLE_CONTENT_TYPE_REGEX } from 'hono/compress'

/** Files: at hand, or in pieces that are read as fast as they are taken, and broken off rather than cut short. */

const FILE_TYPES = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
  yaml: 'application/yaml; charset=utf-8',
} as const

/** What is worth compressing on its way, beside what usually is; Parquet is compressed already. */
export function isCompressible(type: string): boolean {
  return COMPRESSIBLE_CONTENT_TYPE_REGEX.test(type) || type.startsWith(FILE_TYPES.ndjson)
}

interface FileName {
  readonly name: string
  readonly type: keyof typeof FILE_TYPES
}

/** Answers with a file that is at hand. */
export function fileAnswer(c: Context, { name, type }: FileName, text: string): Response {
  return c.body(text, 200, headersOf({ name, type }))
}

export interface Pieces extends FileName {
  readonly pieces: AsyncGenerator<string | Uint8Array>
  /** Told of a read that failed when part of the file was on its way. */
  readonly onBroken?: ((error: unknown) => void) | undefined
}

/**
 * Answers with a file that is read while it is sent; rejects where not even its first piece can be read. Where
 * a later one can't, the connection is broken off, so that nobody takes a part for all of it.
 */
export async function piecesAnswer(c: Context, file: Pieces): Promise<Response> {
  const { pieces, onBroken = () => {} } = file
  const first = await pieces.next()
  const fail = (error: unknown, controller: ReadableStreamDefaultController) => {
    onBroken(error)
    breakOff(c, error, controller)
  }
  return c.body(streamOf(pieces, first, fail), 200, headersOf(file))
}

function headersOf({ name, type }: FileName) {
  return {
    'content-type': FILE_TYPES[type],
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'no-store',
  }
}

/** Pulled by whoever reads, so that no more than a page is held; asked for as whom the request was let in. */
function streamOf(
  pieces: AsyncGenerator<string | Uint8Array>,
  first: IteratorResult<string | Uint8Array>,
  fail: (error: unknown, controller: ReadableStreamDefaultController) => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  // What is read is veiled by who asks, and a stream is pulled by nobody in particular.
  const asCaller = AsyncLocalStorage.snapshot()
  let next: IteratorResult<string | Uint8Array> | null = first
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        // A page may be empty, and a stream goes on only after a piece.
        for (;;) {
          const { done, value } = next ?? (await asCaller(() => pieces.next()))
          next = null
          if (done) return controller.close()
          const bytes = typeof value === 'string' ? encoder.encode(value) : value
          if (bytes.length > 0) return controller.enqueue(bytes)
        }
      } catch (error) {
        fail(error, controller)
      }
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}

/**
 * Ends the connection in the middle of the answer: a browser then says that the download failed. Where there
 * is no connection, as in a test, the stream fails.
 */
function breakOff(c: Context, error: unknown, controller: ReadableStreamDefaultController): void {
  const { outgoing } = (c.env ?? {}) as { readonly outgoing?: { destroy(): void } } // as node-server has it
  if (outgoing) outgoing.destroy()
  else controller.error(error)
}
