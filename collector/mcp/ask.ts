import { setTimeout as wait } from 'node:timers/promises'

/**
 * Asks a running collector over its API, with a key of its own: what the key may not see, nobody is shown.
 * It only ever reads.
 */

export interface Place {
  /** Origin of the collector, without a slash at the end. */
  readonly url: string
  readonly key: string
}

/** What was asked for, or in a sentence why there is none. */
export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string }

export type Query = Readonly<Record<string, string | number | undefined>>

const TIMEOUT_MS = 30_000
/** Reports are counted after a start; that takes a moment. */
const MOST_TRIES = 4
const LONGEST_WAIT_SECONDS = 5

export async function ask({ url, key }: Place, path: string, query: Query = {}): Promise<Answer> {
  const address = new URL(`${url}/api/v1${path}`)
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) address.searchParams.set(name, String(value))
  for (let tries = 1; ; tries += 1) {
    const headers = { authorization: `Bearer ${key}`, accept: 'application/json' }
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS)
      const answer = await fetch(address, { headers, redirect: 'error', signal })
      const body: unknown = await answer.json().catch(() => null)
      if (answer.ok) return { ok: true, value: body }
      const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN)
      const isSoon = answer.status === 503 && seconds <= LONGEST_WAIT_SECONDS
      if (!isSoon || tries === MOST_TRIES)
        return { ok: false, message: messageOf(answer.status, body) }
      await wait(seconds * 1000)
    } catch {
      return {
        ok: false,
        message: `no collector answers at ${url}; start it, or name its address with --url`,
      }
    }
  }
}

/** The words of a problem; of the key itself nothing is said. */
function messageOf(status: number, body: unknown): string {
  if (status === 401)
    return 'the collector does not know this key, or it has ended; set PIQUE_API_KEY to one that `pique key add` printed'
  const { title, detail } = isRecord(body) ? body : {}
  const words = [title, detail].filter((one) => typeof one === 'string')
  return words.length > 0 ? words.join(': ') : `the collector answered ${status}`
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
