import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'

/** Many clients in one process, that behave as the tag does, and what they saw. */

export interface Sent {
  /** 0 where there was no answer. */
  readonly status: number
  /** What the answer says of when to come back; null where it does not. */
  readonly retryAfterMs: number | null
  /** From the moment the request was written; on this process's clock, which the load shares. */
  readonly ms: number
  /** When it was written, on `performance.now`. */
  readonly sentAt: number
  readonly body: string
}

/** One beacon on a kept connection. */
export function sendVia(agent: Agent, url: string, body: string): Promise<Sent> {
  return new Promise((resolve) => {
    let sentAt = performance.now()
    const answerOf = (status: number, text = '', retryAfter?: string) =>
      resolve({
        status,
        ms: performance.now() - sentAt,
        sentAt,
        retryAfterMs: retryAfter === undefined ? null : Number(retryAfter) * 1000,
        body: text,
      })
    const sent = request(
      `${url}/e`,
      { method: 'POST', agent, headers: { 'content-length': Buffer.byteLength(body) } },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk) => {
          text += chunk
        })
        answer.once('end', () =>
          answerOf(answer.statusCode ?? 0, text, answer.headers['retry-after']),
        )
        answer.once('error', () => answerOf(0))
      },
    )
    // Without a connection yet, the request waits in this process, which is no matter of the collector's.
    sent.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => (sentAt = performance.now()))
      else sentAt = performance.now()
    })
    sent.once('error', () => answerOf(0))
    sent.end(body)
  })
}

export function createAgent(maxSockets: number): Agent {
  return new Agent({ keepAlive: true, maxSockets, scheduling: 'fifo' })
}

/** A batch of a browser that nobody has seen before; the ids of its events are in the ledger of whoever sends it. */
export function newBatch(
  site: string,
  events: number,
): { readonly body: string; readonly ids: string[] } {
  const [now, session, url] = [Date.now(), randomUUID(), 'https://shop.example/pricing']
  const ids = Array.from({ length: events }, () => randomUUID())
  const all = ids.map((id, i) => ({ id, type: 'page_view', at: now - i, session, url }))
  const body = JSON.stringify({
    site,
    browser: randomUUID(),
    sentAt: now,
    human: true,
    events: all,
  })
  return { body, ids }
}

const FIRST_DELAY_MS = 500
const MAX_DELAY_MS = 60_000

/**
 * Sends a batch until it is taken, as the tag does: after a refusal it waits at least what the answer asks, and
 * else full jitter over a span that doubles. Every answer goes to `see`.
 */
export async function deliver(
  send: () => Promise<Sent>,
  see: (sent: Sent) => void,
  giveUpAfter = 50,
): Promise<Sent> {
  for (let tries = 0; ; tries += 1) {
    const sent = await send()
    see(sent)
    const isRefused = sent.status === 0 || sent.status === 429 || sent.status >= 500
    if (!isRefused || tries >= giveUpAfter) return sent
    const jitter = Math.random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(tries, 4))
    await wait((sent.retryAfterMs ?? 0) + jitter)
  }
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Resident memory of a process, in megabytes: now, and at its highest. */
export function memoryOf(pid: number): { readonly nowMb: number; readonly peakMb: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const of = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024
  return { nowMb: of('VmRSS'), peakMb: of('VmHWM') }
}
