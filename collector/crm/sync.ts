import { type Log, reasonOf } from '../log.ts'
import type { CrmStatus, CrmStore, OpenCrm, Refused } from '../store/crm-store.ts'
import { publicId } from '../store/ids.ts'
import type { LeadJson } from '../store/shapes.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import type { Poster } from '../webhooks/post.ts'
import type { Targets } from '../webhooks/targets.ts'
import { createHubspot } from './hubspot.ts'
import { createSalesforce } from './salesforce.ts'
import { DONE, type Sent, type Vendor, type Vendors } from './vendor.ts'

/**
 * Keeps CRMs in step with leads: whoever changed since the last look is sent as it is now, some hundred at a
 * time, in order of commits. The place is noted after the CRM has answered, so what was sent when everything
 * ended is sent again: at least once, and the newest is what stays. A lead that changed ten times between two
 * looks is sent once.
 *
 * Scores fall by themselves, which is no change: once a day everybody is sent anew.
 */
export interface Sync {
  /** To be called every second; does nothing while it is at work. */
  look(): void
  /** Starts nothing more, and breaks off what is under way; it is sent again after the next start. */
  stop(): Promise<void>
}

export interface SyncDeps {
  readonly store: {
    [K in 'openCrms' | 'noteCrm']: (
      ...a: Parameters<CrmStore[K]>
    ) => Promise<ReturnType<CrmStore[K]>>
  }
  readonly reader: Pick<InternalReader, 'changedLeads' | 'changeHead'>
  readonly poster: Poster
  readonly targets: Targets
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly log: Pick<Log, 'warn' | 'error'>
  /** Pause between two looks at a CRM that is in step. */
  readonly everyMs?: number
}

const VENDORS: Vendors = { hubspot: createHubspot, salesforce: createSalesforce }
const EVERY_MS = 5000
/** After the first failure, the second, and so on. */
const GAPS_MS = [5000, 30_000, 120_000, 600_000, 1_800_000]
const LONGEST_WISH_MS = 3_600_000
const RENEW_MS = 24 * 3_600_000
const KEPT_REFUSED = 20
/** How often it is written down that nothing is new. */
const NOTED_EVERY_MS = 60_000

interface Course {
  readonly vendor: Vendor
  readonly secret: string
  isReady: boolean
  failures: number
  nextAt: number
}

export function createSync(deps: SyncDeps): Sync {
  const { store, reader, poster, targets, clock, log, everyMs = EVERY_MS } = deps
  const courses = new Map<number, Course>()
  const ended = new AbortController()
  let work: Promise<void> | null = null

  function courseOf({ ref, kind, settings, secret }: OpenCrm): Course {
    const known = courses.get(ref)
    if (known?.secret === secret) return known
    const { signal } = ended
    const vendor = VENDORS[kind]({ settings, secret, poster, targets, clock, signal })
    const course = { vendor, secret, isReady: false, failures: 0, nextAt: 0 }
    courses.set(ref, course)
    return course
  }

  async function lookAtAll(): Promise<void> {
    const all = await store.openCrms()
    for (const ref of courses.keys()) if (!all.some((one) => one.ref === ref)) courses.delete(ref)
    await Promise.all(
      all.map(async (crm) => {
        const course = courseOf(crm)
        if (course.nextAt > clock()) return
        await bringInStep(crm, course)
      }),
    )
  }

  async function bringInStep(crm: OpenCrm, course: Course): Promise<void> {
    const { ref } = crm
    const now = clock()
    const isOld = crm.renewedAt === null || now - crm.renewedAt >= RENEW_MS
    let status: CrmStatus = isOld ? { ...crm, cursor: 0, renewedAt: now } : crm
    const note = async (change: Partial<CrmStatus>) => {
      const { cursor, state, error, refused, failingSince, syncedAt, renewedAt } = status
      status = { cursor, state, error, refused, failingSince, syncedAt, renewedAt, ...change }
      return store.noteCrm(ref, status)
    }
    const sent = course.isReady ? DONE : await course.vendor.prepare()
    if (sent.kind !== 'taken') return await failed(sent)
    course.isReady = true
    let place = { after: status.cursor, afterLead: Number.MAX_SAFE_INTEGER }
    for (;;) {
      const head = await reader.changeHead()
      const asked = {
        ...place,
        limit: course.vendor.most,
        ...(crm.site !== null && { site: crm.site }),
      }
      const found = await reader.changedLeads(asked, clock())
      const result = await sendAll(
        course.vendor,
        found.map(({ lead }) => lead),
      )
      if (ended.signal.aborted) return
      if (result.kind !== 'taken') return await failed(result)
      const last = found.at(-1)
      const isEnd = found.length < course.vendor.most
      // Of the last commit more may follow on the next page.
      const cursor = isEnd ? Math.max(head, status.cursor) : (last?.commit ?? 1) - 1
      const refused = [
        ...result.refused,
        ...status.refused.filter((one) => !found.some(({ lead }) => lead.id === one.lead)),
      ]
      const health = { error: null, failingSince: null, refused: refused.slice(0, KEPT_REFUSED) }
      const isLater = clock() - (status.syncedAt ?? 0) >= NOTED_EVERY_MS
      const isMoved = cursor !== status.cursor || result.refused.length > 0
      const isNews = isMoved || status.error !== null || (isEnd && isLater)
      if (
        isNews &&
        !(await note({
          ...health,
          cursor: Math.max(cursor, 0),
          ...(isEnd && { syncedAt: clock() }),
        }))
      )
        return
      course.failures = 0
      course.nextAt = clock() + everyMs
      if (isEnd || !last) return
      place = { after: last.commit, afterLead: last.ref }
    }

    async function failed(result: Exclude<Sent, { kind: 'taken' }>): Promise<void> {
      if (ended.signal.aborted) return
      const state = result.kind === 'stopped' ? 'stopped' : 'on'
      const failingSince = status.failingSince ?? clock()
      await note({ state, error: result.error, failingSince })
      const gap = GAPS_MS[Math.min(course.failures, GAPS_MS.length - 1)] ?? 0
      const wish = result.kind === 'later' ? Math.min(result.waitMs, LONGEST_WISH_MS) : 0
      course.failures += 1
      course.nextAt = clock() + Math.max(gap, wish)
      if (state === 'stopped') {
        log.warn('a CRM is not kept in step any more', {
          crm: publicId('crm', ref),
          reason: result.error,
        })
      }
    }
  }

  /** Sends those that the CRM may have; what it takes none of together is halved until whom it refuses is alone. */
  async function sendAll(vendor: Vendor, leads: readonly LeadJson[]): Promise<Sent> {
    const own = leads.filter(vendor.mayHave)
    if (own.length === 0) return DONE
    const sent = await vendor.send(own)
    if (sent.kind !== 'apart') return sent
    const middle = Math.ceil(own.length / 2)
    const refused: Refused[] = []
    for (const half of [own.slice(0, middle), own.slice(middle)]) {
      const part = await sendAll(vendor, half)
      if (part.kind !== 'taken') return part
      refused.push(...part.refused)
    }
    return { kind: 'taken', refused }
  }

  return {
    look() {
      if (work || ended.signal.aborted) return
      work = lookAtAll()
        .catch((error) => {
          if (!ended.signal.aborted)
            log.error('CRMs were not looked at', { reason: reasonOf(error) })
        })
        .finally(() => {
          work = null
        })
    },
    async stop() {
      ended.abort()
      await work
    },
  }
}
