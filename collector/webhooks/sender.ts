import type { Log } from '../log.ts'
import { reasonOf } from '../log.ts'
import { publicId } from '../store/ids.ts'
import type { DueMessage, InFlight, Tried } from '../store/webhook-store.ts'
import type { Poster } from './post.ts'
import { judgeAnswer } from './schedule.ts'
import { signatureOf } from './sign.ts'
import { HOME } from './story.ts'

/**
 * Sends what is due. A message is marked only after its answer came, so one that was delivered when
 * everything ended is delivered again, under the same id: at least once. Of a lead one message is under
 * way to a webhook at a time; every webhook has a few places of its own, so one that hangs holds up
 * nobody else.
 */
export interface Sender {
  /** Asks for what is due and sends it; to be called every second, and does nothing while it is asking. */
  look(): void
  /** Starts nothing more; waits a little for what is under way, and leaves the rest to the next start. */
  stop(): Promise<void>
}

export interface SenderDeps {
  /** What became of the calls is on disk when they return. */
  readonly store: {
    dueMessages(
      now: number,
      underWay: readonly InFlight[],
      most: number,
    ): Promise<readonly DueMessage[]>
    noteTries(tries: readonly Tried[]): Promise<void>
  }
  readonly poster: Poster
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** From 0 to 1. */
  readonly random: () => number
  /** The dashboard's address, for links in what people read; without a path. */
  readonly home?: string
  readonly log: Pick<Log, 'warn' | 'error'>
}

/** Messages under way to one webhook. */
const MOST = 4
const GRACE_MS = 1000
const ALERT_MS = 3_600_000

export function createSender(deps: SenderDeps): Sender {
  const { store, poster, clock, random, log, home = HOME } = deps
  const underWay = new Map<number, DueMessage>()
  const ended = new AbortController()
  const warned = new Set<number>()
  let tried: Tried[] = []
  let isAsking = false
  let isNoting = false
  let isStopped = false
  let onIdle = () => {}

  async function ask(): Promise<void> {
    if (isAsking || isStopped) return
    isAsking = true
    try {
      const due = await store.dueMessages(clock(), [...underWay.values()].map(placeOf), MOST)
      for (const message of isStopped ? [] : due) {
        underWay.set(message.ref, message)
        void send(message)
      }
    } catch (error) {
      log.error('webhooks: what is due could not be read', { reason: reasonOf(error) })
    } finally {
      isAsking = false
    }
  }

  async function send(message: DueMessage): Promise<void> {
    const { key: id, url, format, contentType, secrets } = message
    const body =
      format === 'standard' ? message.body : message.body.replaceAll(HOME, encodeURI(home))
    const seconds = Math.floor(clock() / 1000)
    const headers = {
      'content-type': contentType,
      'user-agent': 'Pique-Webhooks',
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': signatureOf({ id, seconds, body }, secrets),
    }
    const answer = await poster.post({ url, headers, body, signal: ended.signal })
    // Cut off by us, it says nothing of the webhook.
    if (ended.signal.aborted && answer.kind === 'failed') underWay.delete(message.ref)
    else {
      const { ref, webhook } = message
      const now = clock()
      const judged = judgeAnswer(message, answer, { now, random: random() })
      tried.push({ ref, webhook, at: now, ...judged })
      warn(message, judged.became.kind === 'delivered', now)
    }
    await note()
  }

  /**
   * Writes together what ended together: a commit is worth many answers. What can't be written waits for
   * the next look, and its messages are not sent again meanwhile.
   */
  async function note(): Promise<void> {
    if (isNoting) return
    isNoting = true
    try {
      while (tried.length > 0) {
        const batch = [...tried]
        await store.noteTries(batch)
        tried = tried.slice(batch.length)
        for (const { ref } of batch) underWay.delete(ref)
      }
    } catch (error) {
      log.error('webhooks: what was sent could not be noted', { reason: reasonOf(error) })
      return
    } finally {
      isNoting = false
    }
    if (underWay.size === 0) onIdle()
    await ask()
  }

  function warn({ webhook, failingSince }: DueMessage, isDelivered: boolean, now: number): void {
    if (isDelivered) {
      warned.delete(webhook)
      return
    }
    const isLong = failingSince !== null && now - failingSince >= ALERT_MS
    if (!isLong || warned.has(webhook)) return
    warned.add(webhook)
    log.warn('a webhook has taken nothing for an hour', { webhook: publicId('webhook', webhook) })
  }

  return {
    look: () => void (tried.length > 0 ? note() : ask()),
    async stop() {
      isStopped = true
      if (underWay.size === 0) return
      await new Promise<void>((resolve) => {
        onIdle = resolve
        setTimeout(resolve, GRACE_MS).unref()
      })
      ended.abort()
      while (isNoting) await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

function placeOf({ webhook, lane }: DueMessage): InFlight {
  return { webhook, lane }
}
