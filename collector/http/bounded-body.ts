import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Context } from 'hono'

const gunzipped = promisify(gunzip)
/** How a gzip stream begins. No JSON does, so nothing else has to say that it is one. */
const GZIP = [0x1f, 0x8b]

export type BodyText =
  | { readonly ok: true; readonly text: string; readonly bytes: number }
  | { readonly ok: false; readonly why: 'too large' | 'no gzip' | 'cut off' }

/**
 * A body as text, unpacked where it is gzip, whatever its headers say of it. Nothing is read past
 * `mostBytes`, and nothing unpacked past `mostUnpacked`.
 */
export async function readBoundedText(
  c: Context,
  { mostBytes, mostUnpacked }: { readonly mostBytes: number; readonly mostUnpacked: number },
): Promise<BodyText> {
  const announced = c.req.header('content-length')
  if (announced !== undefined && !(Number(announced) <= mostBytes)) {
    return { ok: false, why: 'too large' }
  }
  const bytes = await readBytes(c, mostBytes).catch(() => 'cut off' as const)
  if (bytes === 'cut off') return { ok: false, why: 'cut off' }
  if (bytes === null) return { ok: false, why: 'too large' }
  if (!GZIP.every((byte, i) => bytes[i] === byte)) return { ok: true, ...asText(bytes) }
  try {
    return { ok: true, ...asText(await gunzipped(bytes, { maxOutputLength: mostUnpacked })) }
  } catch (error) {
    const isLong =
      error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    return { ok: false, why: isLong ? 'too large' : 'no gzip' }
  }
}

/** Without a byte order mark, which is none of the text. */
function asText(bytes: Uint8Array) {
  return { text: new TextDecoder().decode(bytes), bytes: bytes.byteLength }
}

/** Null once it is larger. */
async function readBytes(c: Context, most: number): Promise<Buffer | null> {
  const reader = c.req.raw.body?.getReader()
  if (!reader) return Buffer.alloc(0)
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks)
    size += value.byteLength
    if (size > most) {
      // Not cancelled, which would cut the connection before its sender has the answer.
      reader.releaseLock()
      return null
    }
    chunks.push(value)
  }
}
