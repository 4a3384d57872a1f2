/**
 * `user_engagement`: how long a view had somebody's attention, cumulative, and how far down it was
 * seen. Time counts while the document is visible, its window focused, and the last sign of life no
 * longer ago than `IDLE_MS`; arriving is one. A gap between two looks at the clock (sleep, a clock
 * that jumps) therefore adds no more than that.
 *
 * The same signs prove that a person is there, which is told as soon as it is known.
 */
import type { Core, View } from '../core.ts'
import { IDLE_MS, PROOF_BEATS, PROOF_BEATS_AFTER_INPUT, REPORT_MS } from '../limits.ts'
import { listen } from '../listen.ts'

export function attention(core: Core): void {
  const visitor = core._visitor
  let view: View | undefined
  let engagedMs = 0
  let reportedMs = 0
  let deepest = 0
  let visibleBeats = 0
  let acted: boolean | undefined
  let lookedAt = 0
  let activeAt = Date.now()
  let watched: boolean | undefined

  /** Books the time since the last look under the state that held until now. */
  const look = (event?: Event) => {
    const now = Date.now()
    if (view !== core._view) {
      view = core._view
      engagedMs = reportedMs = deepest = 0
    }
    if (watched && now < activeAt + IDLE_MS) engagedMs += now - lookedAt
    lookedAt = now
    watched = !document.hidden && document.hasFocus()
    if (!event?.isTrusted) return
    activeAt = now
    // A playing video is attention; a person is who points, presses keys or scrolls.
    acted ||= /^[pks]/.test(event.type)
  }

  const measureScroll = () => {
    deepest = Math.max(
      deepest,
      Math.min(100, ((100 * (scrollY + innerHeight)) / document.documentElement.scrollHeight) | 0),
    )
  }

  const report = () => {
    measureScroll()
    reportedMs = engagedMs
    core._track('user_engagement', {
      engaged_ms: engagedMs,
      scroll: deepest,
      view_at: view?._startedAt,
    })
  }

  look()
  listen('focus blur visibilitychange timeupdate pointerdown pointermove keydown scroll', look)
  // The reading is done when the scrolling is over; Safari before 26.2 has to wait for the report.
  listen('scrollend', measureScroll)

  core._beats.push((isLeaving) => {
    look()
    // A session that begins while the page stays open needs a proof of its own.
    if (visitor._human) visibleBeats = 0
    else if (
      !isLeaving &&
      !document.hidden &&
      ++visibleBeats >= (acted ? PROOF_BEATS_AFTER_INPUT : PROOF_BEATS)
    ) {
      visitor._human = true
      report()
    }
    // Once idle nothing is added, and the rest told now belongs to this session, not to the next.
    if (engagedMs - reportedMs >= (isLeaving || lookedAt > activeAt + IDLE_MS ? 1 : REPORT_MS))
      report()
  })
}
