import { lookup } from 'node:dns/promises'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { PostAnswer } from './schedule.ts'
import { hostOf, type Targets } from './targets.ts'

/**
 * One POST to a webhook: its name is looked up once, every address must be one that may be reached, and
 * the connection goes to those addresses and no others. Redirects are answers like any other; of an
 * answer's body no more is read than it takes to be polite.
 */
export interface Poster {
  /** Never throws; what went wrong is said in a few words, without anybody's data. */
  post(letter: Letter): Promise<PostAnswer>
}

export interface Letter {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly method?: 'POST' | 'PATCH' | 'GET'
  /** Keep what is answered, as text; what is too long for that is none. */
  readonly keepsAnswer?: boolean
  readonly signal: AbortSignal
}

export interface Address {
  readonly address: string
  readonly family: number
}

export interface PosterDeps {
  readonly targets: Targets
  readonly timeoutMs: number
  /** All addresses of a name. */
  readonly resolve?: (name: string) => Promise<readonly Address[]>
}

export const POST_TIMEOUT_MS = 10_000
const MAX_ANSWER_BYTES = 64 * 1024
const MAX_KEPT_BYTES = 2 * 1024 * 1024
const MAX_WORD_BYTES = 100

class Refused extends Error {}
const REFUSED = 'the address is on a private network, which PIQUE_WEBHOOK_ALLOW does not name'

export function createPoster({
  targets,
  timeoutMs,
  resolve = createLookups(),
}: PosterDeps): Poster {
  async function addressesOf(url: URL): Promise<readonly Address[]> {
    const host = hostOf(url)
    const found =
      isIP(host) > 0 ? [{ address: host, family: isIP(host) }] : await resolve(url.hostname)
    const isHttps = url.protocol === 'https:'
    const isFine = ({ address }: Address) => targets.mayReach(address, isHttps)
    if (found.length === 0 || !found.every(isFine)) throw new Refused(REFUSED)
    return found
  }

  function send(letter: Letter, url: URL, to: readonly Address[], signal: AbortSignal) {
    const { headers, body, method = 'POST', keepsAnswer = false } = letter
    const request = url.protocol === 'https:' ? requestHttps : requestHttp
    return new Promise<PostAnswer>((done, fail) => {
      const options = {
        method,
        // No connection is kept: the next one is to an address that was judged anew.
        agent: false as const,
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        lookup: lookupIn(to),
        signal,
      }
      const sent = request(url, options, (answer) => {
        done(readAnswer(answer, signal, keepsAnswer))
      })
      sent.once('error', fail)
      sent.end(body)
    })
  }

  return {
    async post(letter) {
      const tooLate = AbortSignal.timeout(timeoutMs)
      const signal = AbortSignal.any([letter.signal, tooLate])
      try {
        const url = new URL(letter.url)
        return await send(letter, url, await untilAborted(addressesOf(url), signal), signal)
      } catch (error) {
        if (tooLate.aborted) {
          return { kind: 'failed', error: `no answer within ${timeoutMs / 1000} seconds` }
        }
        return { kind: 'failed', error: wordsOf(error) }
      }
    },
  }
}

/**
 * Looks names up as the system does, its own host table included. That takes one of the few threads that
 * files and passwords need too, so a name whose server hangs is asked for once at a time.
 */
function createLookups(): (name: string) => Promise<readonly Address[]> {
  const pending = new Map<string, Promise<readonly Address[]>>()
  return (name) => {
    const asked = pending.get(name) ?? lookup(name, { all: true })
    if (!pending.has(name)) {
      pending.set(name, asked)
      const forget = () => pending.delete(name)
      asked.then(forget, forget)
    }
    return asked
  }
}

/** A lookup can't be cancelled; its answer is then of no interest. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    work.then(resolve, reject)
  })
}

/** What the socket is told of a name: the addresses that were judged. */
function lookupIn(addresses: readonly Address[]): LookupFunction {
  return (_name, options, callback) => {
    if (options.all) return callback(null, [...addresses])
    const [first] = addresses
    callback(null, first?.address ?? '', first?.family)
  }
}

/** The status stands with the head; a body that is long or never ends changes nothing of it. */
function readAnswer(
  answer: IncomingMessage,
  signal: AbortSignal,
  isKept: boolean,
): Promise<PostAnswer> {
  const { statusCode: status = 0, headers } = answer
  return new Promise((resolve) => {
    const kept: Buffer[] = []
    let begin = ''
    const said = () => {
      const word = /^[a-z_]{2,60}$/.exec(begin.trim())?.[0]
      const retryAfter = headers['retry-after'] ?? null
      const more = isKept ? { text: Buffer.concat(kept).toString('utf8') } : word && { word }
      resolve({ kind: 'answered', status, retryAfter, ...more })
    }
    let bytes = 0
    answer.on('data', (chunk: Buffer) => {
      // Of a longer answer it is no word.
      if (bytes < MAX_WORD_BYTES) begin += chunk.toString('latin1').slice(0, MAX_WORD_BYTES)
      bytes += chunk.length
      if (bytes > (isKept ? MAX_KEPT_BYTES : MAX_ANSWER_BYTES)) answer.destroy()
      else if (isKept) kept.push(chunk)
    })
    answer.on('error', said)
    answer.once('close', said)
    answer.once('end', said)
    signal.addEventListener('abort', said, { once: true })
  })
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at the address',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'the name has no address',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'the address can not be reached',
  ENETUNREACH: 'the address can not be reached',
  ETIMEDOUT: 'the connection took too long',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not from a known authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}

function wordsOf(error: unknown): string {
  if (error instanceof Refused) return error.message
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return WORDS[code] ?? (/^[A-Z_]{3,60}$/.test(code) ? `failed with ${code}` : 'the request failed')
}
