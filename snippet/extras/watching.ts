/**
 * What a video's reports of where it is amount to: `video_start`, `video_progress` at each of `MARKS`
 * and `video_complete`, each once. A mark counts when playback passes it: what was skipped over was not
 * watched, and a video dragged to its end is not complete. Live streams have no marks and no end.
 */
import { maskSecrets } from '../clean-url.ts'

/** What the owner has marked is left out, with everything in it. */
export const IGNORED = '[data-pique-ignore]'

const MARKS = [10, 25, 50, 75]
/** Between two reports playback moves by less than this, at double speed and in a background tab too. */
const MAX_STEP_S = 3

/** One video, for as long as its element shows it. */
export interface Video {
  /** The element's address. */
  readonly _source: string
  readonly _provider: string
  readonly _url: string | undefined
  readonly _told: Set<string>
  _title?: string | undefined
  /** Seconds; `NaN` until it is known, endless for a live stream. */
  _at: number
  _duration: number
  _isPlaying: boolean
  /** It got to where it is by playing. */
  _wasWatched: boolean
}

export const createVideo = (_source: string, _provider: string, _url?: string): Video => ({
  _source,
  _provider,
  _url,
  _told: new Set(),
  _at: Number.NaN,
  _duration: Number.NaN,
  _isPlaying: false,
  _wasWatched: false,
})

function tell(video: Video, name: string, percent: number): void {
  const once = name + percent
  if (video._told.has(once)) return
  video._told.add(once)
  window.pique?.('track', name, {
    video_percent: percent,
    video_title: video._title && maskSecrets(video._title),
    video_provider: video._provider,
    video_url: video._url,
    // What is not known or endless, or still at its first second, is left out or 0.
    video_duration: Number.isFinite(video._duration) ? Math.round(video._duration) : undefined,
    video_current_time: video._at | 0,
  })
}

/** Takes a report, of which anything may be missing; answers whether something was watched since the
 *  last one. */
export function follow(
  video: Video,
  isPlaying = video._isPlaying,
  at = video._at,
  duration = video._duration,
): boolean {
  const { _at: before, _isPlaying: wasPlaying } = video
  const step = at - before
  // Comparisons with what is not known yet are false.
  const isWatched = (isPlaying || wasPlaying) && step > 0 && step < MAX_STEP_S
  if (step) video._wasWatched = isWatched
  video._at = at
  video._duration = duration
  video._isPlaying = isPlaying
  if (isPlaying) tell(video, 'video_start', 0)
  for (const mark of MARKS) {
    const markAt = (duration * mark) / 100
    if (isWatched && before < markAt && at >= markAt) tell(video, 'video_progress', mark)
  }
  return isWatched
}

/** Takes the report that it has ended. */
export function finish(video: Video): void {
  video._isPlaying = false
  if (video._wasWatched) tell(video, 'video_complete', 100)
}
