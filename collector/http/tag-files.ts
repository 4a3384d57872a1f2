import { createHash } from 'node:crypto'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { type Context, Hono } from 'hono'

/**
 * The tag as it is served, and the files that it loads only where they are needed: compressed once
 * at start, the smallest the browser takes. No path of a request ever reaches a disk.
 */
export interface TagFiles {
  readonly routes: Hono
  /** First 16 hex digits of the SHA-256 of the tag; the immutable file's name. */
  readonly hash: string
}

/** What the tag may load; each is served as `/pique-NAME.js`. */
export const EXTRA_NAMES = ['shop', 'product', 'links', 'is', 'video', 'debug', 'verify'] as const
export type ExtraFiles = Readonly<Partial<Record<(typeof EXTRA_NAMES)[number], Buffer>>>

const ONE_HOUR = 'public, max-age=3600, stale-while-revalidate=86400'
const FOR_EVER = 'public, max-age=31536000, immutable'

/** `/pique.js` and its extras, renewed within the hour, and `/pique.<hash>.js`, which never changes. */
export function createTagFiles(tag: Buffer, extras: ExtraFiles = {}): TagFiles {
  const { send, hash } = compress(tag)
  const routes = new Hono()
    .get('/pique.js', (c) => send(c, ONE_HOUR))
    .get(`/pique.${hash}.js`, (c) => send(c, FOR_EVER))
  for (const name of EXTRA_NAMES) {
    const file = extras[name] && compress(extras[name])
    if (file) routes.get(`/pique-${name}.js`, (c) => file.send(c, ONE_HOUR))
  }
  return { routes, hash }
}

function compress(source: Buffer) {
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 16)
  const encodings: readonly (readonly [string, Buffer])[] = [
    ['br', brotliCompressSync(source, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })],
    ['gzip', gzipSync(source, { level: 9 })],
  ]
  const etag = `"${hash}"`

  function send(c: Context, cacheControl: string): Response {
    c.header('cache-control', cacheControl)
    c.header('vary', 'Accept-Encoding')
    c.header('etag', etag)
    c.header('cross-origin-resource-policy', 'cross-origin')
    c.header('access-control-allow-origin', '*') // for integrity= with crossorigin
    c.header('x-content-type-options', 'nosniff')
    if (isKnown(c.req.header('if-none-match'), etag)) return c.body(null, 304)
    c.header('content-type', 'text/javascript; charset=utf-8')
    const accepted = c.req.header('accept-encoding') ?? ''
    const [name, body] = encodings.find(([one]) => isAccepted(accepted, one)) ?? [null, source]
    if (name !== null) c.header('content-encoding', name)
    return c.body(new Uint8Array(body))
  }
  return { send, hash }
}

function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes(etag) || tags.includes('*')
}

function isAccepted(acceptEncoding: string, name: string): boolean {
  return acceptEncoding.split(',').some((one) => {
    const [coding, weight] = one.trim().toLowerCase().split(';')
    return coding === name && !/^\s*q=0(\.0*)?$/.test(weight ?? '')
  })
}
