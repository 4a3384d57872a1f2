/**
 * `user_engagement`: how long a view had somebody's attention, cumulative, and how far down it was
 * seen. Time counts while the document is visible, its window focused, and the last sign of life no
 * longer ago than `IDLE_MS`; arriving is one. So a gap between two looks at the clock (sleep, a clock
 * that jumps) adds no more than that.
 *
 * The same signs prove that a person is there, which is told as soon as it is known.
 */
import { beats, track, type View, view } from '../core.ts'
import { IDLE_MS, PROOF_BEATS, PROOF_BEATS_AFTER_INPUT, REPORT_MS, REST_MS } from '../limits.ts'
import { listen } from '../listen.ts'
import { person } from '../visitor.ts'

/** Answers what tells of attention that nothing here can see, when it is called with anything. */
export function attention(): (isAlive?: unknown) => void {
  let lookedView: View | undefined
  let engagedMs = 0
  let reportedMs = 0
  let deepest = 0
  let visibleBeats = 0
  let acted: boolean | undefined
  let lookedAt = 0
  let activeAt = Date.now()
  let watched: boolean | undefined

  /** Books the time since the last look under the state that held until now. */
  const look = (isAlive?: unknown) => {
    const now = Date.now()
    if (lookedView !== view) {
      lookedView = view
      engagedMs = reportedMs = deepest = 0
    }
    if (watched) engagedMs += Math.max(0, Math.min(now, activeAt + IDLE_MS) - lookedAt)
    lookedAt = now
    watched = !document.hidden && document.hasFocus()
    if (isAlive) activeAt = now
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
    track('user_engagement', {
      engaged_ms: engagedMs,
      scroll: deepest,
      view_at: view._startedAt,
    })
  }

  look()
  listen(
    'scroll pointermove keydown pointerdown timeupdate blur focus',
    ({ type, isTrusted, target }) => {
      // A muted video is a decoration, more often than not.
      look(isTrusted && !(target as HTMLVideoElement).muted)
      // A playing video is attention; a person is who points, presses keys or scrolls.
      acted ||= isTrusted && /^[pks]/.test(type)
    },
  )
  // The reading is done when the scrolling is over; Safari before 26.2 has to wait for the report.
  listen('scrollend', measureScroll)

  beats.push((isLeaving) => {
    look()
    // A session that begins while the page stays open needs a proof of its own.
    if (person._isHuman) visibleBeats = 0
    else if (
      !isLeaving &&
      !document.hidden &&
      ++visibleBeats >= (acted ? PROOF_BEATS_AFTER_INPUT : PROOF_BEATS)
    ) {
      person._isHuman = true
      report()
    }
    // Once idle nothing is added, and the rest told now belongs to this session, not to the next.
    if (
      engagedMs - reportedMs >=
      (isLeaving || lookedAt > activeAt + IDLE_MS ? REST_MS : REPORT_MS)
    )
      report()
  })
  return look
}
