/**
 * `user_engagement`: how long a view had somebody's attention, cumulative, and how far down it was
 * seen. Time counts while the document is visible, its window focused, and the last sign of life no
 * longer ago than `IDLE_MS`; arriving is one. A gap between two looks at the clock (sleep, a clock
 * that jumps) therefore adds no more than that.
 *
 * The same signs prove that a person is there, which is told as soon as it is known.
 */
import type { Core } from '../core.ts'
import { listen } from '../listen.ts'

const IDLE_MS = 30_000
const REPORT_MS = 15_000
const PROOF_WITH_INPUT_MS = 3_000
const PROOF_MS = 10_000

export function attention(core: Core): void {
  const visitor = core._visitor
  let view = core._view
  let engagedMs = 0
  let reportedMs = 0
  let deepest = 0
  let visibleMs = 0
  let acted = false
  let wasHuman = visitor._human
  let settledAt = Date.now()
  let activeAt = settledAt
  let visible = true
  let watched = document.hasFocus()

  /** Books the time since the last call under the state that held until now. */
  const settle = () => {
    const now = Date.now()
    if (view !== core._view) {
      view = core._view
      engagedMs = reportedMs = deepest = 0
    }
    if (visible) visibleMs += Math.min(now - settledAt, PROOF_WITH_INPUT_MS)
    if (watched) engagedMs += Math.max(0, Math.min(now, activeAt + IDLE_MS) - settledAt)
    settledAt = now
    visible = !document.hidden
    const arrived = !watched
    watched = visible && document.hasFocus()
    if (arrived && watched) activeAt = now
  }

  const measureScroll = () => {
    const { scrollHeight } = document.documentElement
    deepest = Math.max(deepest, Math.min(1, (scrollY + innerHeight) / scrollHeight) * 100)
  }

  const report = () => {
    measureScroll()
    reportedMs = engagedMs
    core._track('user_engagement', {
      engaged_ms: Math.round(engagedMs),
      scroll: Math.round(deepest),
      view_at: view?._startedAt,
    })
  }

  listen('focus blur visibilitychange', settle)
  listen('timeupdate', () => {
    settle()
    activeAt = settledAt
  })
  listen('pointerdown pointermove keydown touchstart wheel scroll', (event) => {
    if (!event.isTrusted) return
    settle()
    activeAt = settledAt
    acted = true
  })
  // The reading is done when the scrolling is over; Safari before 26.2 has to wait for the report.
  listen('scrollend', measureScroll)

  core._onBeat((beat) => {
    settle()
    // A session that begins while the page stays open needs a proof of its own.
    if (wasHuman && !visitor._human) {
      visibleMs = 0
      acted = false
    }
    // Once idle nothing is added, and the rest told now belongs to this session, not to the next.
    const isIdle = settledAt > activeAt + IDLE_MS
    const proven = visibleMs >= PROOF_MS || (acted && visibleMs >= PROOF_WITH_INPUT_MS)
    if (proven && !visitor._human) {
      visitor._prove()
      report()
    } else if (engagedMs - reportedMs >= (beat === 'leaving' || isIdle ? 1 : REPORT_MS)) report()
    wasHuman = visitor._human
  })
}
