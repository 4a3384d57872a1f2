import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { CommitStats, WriterStats } from './ingest/stats.ts'

/**
 * What the collector tells of itself, in the text form of Prometheus. Labels are codes, classes of routes and
 * names of memories: never a site, a path, an address or anybody's data. Event loop, memory and processor are
 * prom-client's default metrics, of the thread that answers.
 */

/** Kinds of routes that answers are counted by. */
export type RouteClass = 'collect' | 'api' | 'dashboard' | 'tag' | 'ops'

export interface MetricsDeps {
  readonly stats: () => Promise<WriterStats>
  /** Deliveries taken and not yet answered. */
  readonly waiting: () => Waiting
  readonly clockJumps: () => number
  readonly version: string
}

export interface Waiting {
  readonly count: number
  readonly bytes: number
  /** How long the oldest of them has waited. */
  readonly oldestMs: number
}

export interface Metrics {
  /** Counts an answer; cheap enough for every beacon. */
  countAnswer(route: RouteClass, status: number): void
  readonly contentType: string
  /** All of it; without the writer's part while the writer can't answer. */
  text(): Promise<string>
}

export function createMetrics({ stats, waiting, clockJumps, version }: MetricsDeps): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `pique_${name}`, help, labelNames, registers })
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `pique_${name}`, help, labelNames, registers })

  gauge('build_info', 'The version that runs', ['version']).set({ version }, 1)
  const answers = counter('http_answers_total', 'Answers by route and status', ['route', 'status'])
  const events = counter('events_total', 'Events by verdict and reason', ['verdict', 'reason'])
  const jumps = counter('clock_jumps_total', 'Jumps of the wall clock against the monotonic one')
  const queue = gauge('waiting_deliveries', 'Deliveries taken and not yet answered')
  const queueBytes = gauge('waiting_bytes', 'Bytes of the deliveries that wait')
  const queueAge = gauge('waiting_seconds', 'How long the oldest delivery has waited')
  const memory = gauge('memory_entries', 'Entries of each bounded memory', ['name'])
  const wal = gauge('wal_bytes', 'Bytes of the write-ahead log')
  const free = gauge('disk_free_bytes', "Free bytes on the store's disk")
  const quarantined = gauge('quarantined_events', 'Events that wait in quarantine')
  const messages = gauge('webhook_messages', 'Messages to webhooks, by state', ['state'])
  const failing = gauge('webhooks_failing', 'Webhooks that are on and take nothing')
  const failingSince = gauge(
    'webhooks_failing_since_timestamp_seconds',
    'Since when the first of them has taken nothing; there only while one does',
  )
  const isUp = gauge('writer_up', 'Whether the thread that writes answered just now')

  /** Counted without the library's labels, which cost a string for each beacon. */
  const counted = new Map<RouteClass, Map<number, number>>()

  function setWaiting(): void {
    const { count, bytes, oldestMs } = waiting()
    queue.set(count)
    queueBytes.set(bytes)
    queueAge.set(oldestMs / 1000)
  }
  function setAnswers(): void {
    answers.reset()
    for (const [route, statuses] of counted)
      for (const [status, count] of statuses) answers.inc({ route, status }, count)
  }
  function setWriter(told: WriterStats): void {
    events.reset()
    for (const [verdict, count] of Object.entries(told.verdicts)) {
      const [kind = '', reason = ''] = verdict.split(':')
      events.inc({ verdict: kind, reason }, count)
    }
    memory.reset()
    for (const [name, entries] of Object.entries(told.memory)) memory.set({ name }, entries)
    quarantined.set(told.quarantined)
    const { webhooks } = told
    messages.set({ state: 'waiting' }, webhooks.waiting)
    messages.set({ state: 'parked' }, webhooks.parked)
    failing.set(webhooks.failing)
    if (webhooks.failingSince === null) failingSince.remove()
    else failingSince.set(webhooks.failingSince / 1000)
    if (told.walBytes === null) wal.remove()
    else wal.set(told.walBytes)
    if (told.freeBytes === null) free.remove()
    else free.set(told.freeBytes)
  }

  return {
    countAnswer(route, status) {
      const statuses = counted.get(route) ?? new Map<number, number>()
      counted.set(route, statuses.set(status, (statuses.get(status) ?? 0) + 1))
    },
    contentType: registry.contentType,
    async text() {
      const told = await stats().catch(() => null)
      isUp.set(told === null ? 0 : 1)
      setWaiting()
      setAnswers()
      jumps.reset()
      jumps.inc(clockJumps())
      if (told !== null) setWriter(told)
      const known = await registry.metrics()
      return told === null ? known : known + commitText(told.commits)
    },
  }
}

/** The writer's own histograms: it has counted them, so there is nothing for the library to observe. */
function commitText({ groups, deliveries, seconds, within }: CommitStats): string {
  const name = 'pique_commit_seconds'
  return `# HELP ${name} From the begin of a group to its flush
# TYPE ${name} histogram
${within.map((step) => `${name}_bucket{le="${step.seconds}"} ${step.groups}`).join('\n')}
${name}_bucket{le="+Inf"} ${groups}
${name}_sum ${seconds}
${name}_count ${groups}
# HELP pique_committed_deliveries_total Deliveries in all groups; by the count of groups, their size
# TYPE pique_committed_deliveries_total counter
pique_committed_deliveries_total ${deliveries}
`
}
