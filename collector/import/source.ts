import { createReadStream, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { PassThrough, pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ImportTrouble } from './trouble.ts'

/** A file, or stdin, as bytes; gzip is unpacked whatever the file is called. */
export interface Source {
  /** Throws an `ImportTrouble` where the file is damaged. */
  readonly chunks: AsyncIterable<Buffer>
  /** Bytes of the file; null of stdin. */
  readonly size: number | null
  /** How many of them were read. */
  taken(): number
  /** The first bytes, as they are in the file; empty of stdin, which can't be read again. */
  readonly head: Buffer
}

const CHUNK_BYTES = 256 * 1024
const HEAD_BYTES = 4096
const GZIP = Buffer.from([0x1f, 0x8b])

export async function openSource(path: string, stdin: Readable): Promise<Source> {
  if (path === '-') return sourceOf(stdin, { size: null, head: Buffer.alloc(0), path: 'stdin' })
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw new ImportTrouble(`there is no file ${path}`)
  if (found.isDirectory()) {
    throw new ImportTrouble(`${path} is a directory; name a file in it, or - for stdin`)
  }
  const file = await open(path).catch(() => {
    throw new ImportTrouble(`${path} can't be read; let this user read it`)
  })
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
  await file.close()
  const stream = createReadStream(path, { highWaterMark: CHUNK_BYTES })
  return sourceOf(stream, { size: found.size, head: buffer.subarray(0, bytesRead), path })
}

function sourceOf(
  stream: Readable,
  { size, head, path }: Pick<Source, 'size' | 'head'> & { readonly path: string },
): Source {
  let taken = 0
  async function* chunks(): AsyncGenerator<Buffer> {
    let unpacked: Readable | null = null
    try {
      const first = await firstOf(stream)
      if (!first) return
      stream.on('data', (chunk: Buffer) => {
        taken += chunk.length
      })
      const isPacked = first.subarray(0, GZIP.length).equals(GZIP)
      unpacked = pipeline(
        stream,
        isPacked ? createGunzip({ chunkSize: CHUNK_BYTES }) : new PassThrough(),
        () => {}, // told by the iteration
      )
      yield* unpacked
    } catch (error) {
      throw troubleOf(error, path)
    } finally {
      unpacked?.destroy()
      stream.destroy()
    }
  }
  return { chunks: chunks(), size, head, taken: () => taken }
}

/** The first chunk, put back. */
async function firstOf(stream: Readable): Promise<Buffer | null> {
  for (;;) {
    const chunk: Buffer | null = stream.read()
    if (chunk) {
      stream.unshift(chunk)
      return chunk
    }
    if (stream.readableEnded) return null
    const hasEnded = await new Promise<boolean>((resolve, reject) => {
      stream.once('readable', () => resolve(false))
      stream.once('end', () => resolve(true))
      stream.once('error', reject)
    })
    if (hasEnded) return null
  }
}

function troubleOf(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'Z_BUF_ERROR') {
    return new ImportTrouble(`${path} ends before its gzip does; it may still be being written`)
  }
  if (code.startsWith('Z_')) return new ImportTrouble(`${path} is gzip that is damaged`)
  return code === '' ? error : new ImportTrouble(`${path} can't be read any further (${code})`)
}
