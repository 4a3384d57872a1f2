/**
 * Embedded players, which are asked to tell what they play, by the messages that YouTube's iframe API
 * and Vimeo's player.js exchange with them; no script of theirs is loaded and no frame is changed.
 *
 * YouTube: answers `{event: 'listening', id, channel: 'widget'}` with `initialDelivery`, then sends an
 * `infoDelivery` with what of its `info` has changed; only where its address has `enablejsapi=1`, and
 * to one `id` at a time. Vimeo: answers `{method: 'ping'}` once it is ready; `addEventListener` makes it
 * send an event, `get…` a value. Either way a greeting is lost while the player loads.
 * https://developers.google.com/youtube/iframe_api_reference, https://github.com/vimeo/player.js
 */
import { guard } from '../listen.ts'
import { createVideo, finish, follow, IGNORED, type Video } from './watching.ts'

const LOOK_MS = 1_000
/** A sign of life this often is enough: attention lasts longer. */
const ALIVE_MS = 5_000

/** The states of a player, by the numbers YouTube has for them. */
const ENDED = 0
const PLAYING = 1
const PAUSED = 2
/** Vimeo's events, and the state that each of them tells. */
const VIMEO_EVENTS: Readonly<Record<string, number | undefined>> = {
  play: PLAYING,
  pause: PAUSED,
  ended: ENDED,
  timeupdate: undefined,
}

interface Player extends Video {
  _hasAnswered?: boolean
}

/** What players say, each in its own words; anything may be missing. */
interface Message {
  readonly event?: string
  readonly method?: string
  readonly value?: string
  readonly data?: { readonly seconds?: number; readonly duration?: number }
  readonly info?: Info | number | null
}
interface Info {
  readonly currentTime?: number
  readonly duration?: number
  readonly playerState?: number
  readonly videoData?: { readonly video_id?: string; readonly title?: string }
}

declare global {
  interface Window {
    /** YouTube's own script, where the page has it. */
    readonly YT?: { readonly get?: (id: string) => { readonly id?: unknown } | undefined }
  }
}

/** Where a player's videos have their own pages, without a query that would be lost on the way. */
const PAGES: Readonly<Record<string, string>> = { youtube: 'youtu.be', vimeo: 'vimeo.com' }

/** `watch` hears the forms of a document. */
export function players(watch: (root: Node) => void, isAuto: boolean): void {
  const known = new WeakMap<Element, Player>()
  // Live: frames that come later are in it.
  const frames = document.getElementsByTagName('iframe')
  let aliveAt = 0

  /** The player in a frame, with a video that it may have gone on to; nothing for frames that are none,
   *  that would not answer, or that nobody is meant to watch. */
  const playerOf = (frame: HTMLIFrameElement, goneOnTo?: string): Player | undefined => {
    const { src } = frame
    const [, provider, id] =
      /^[^?]+(youtube|vimeo)(?:-nocookie)?\.com\/(?:embed|video)\/([\w-]+)/.exec(src) ?? []
    if (
      !isAuto ||
      !provider ||
      // Muted and looping, or muted without controls, is a background.
      /youtube(?!.*enablejsapi=1)|background=1|\?(?=.*muted?=1).*(loop=1|controls=0)/.test(src) ||
      frame.closest(IGNORED)
    )
      return
    const player = known.get(frame)
    if (player?._source === src && !goneOnTo) return player
    const next = createVideo(src, provider, `https://${PAGES[provider]}/${goneOnTo ?? id}`)
    known.set(frame, next)
    return next
  }

  // To any origin: there is no secret in it, and of a frame that is elsewhere the console would tell.
  const post = (frame: HTMLIFrameElement, message: unknown) =>
    frame.contentWindow?.postMessage(JSON.stringify(message), '*')

  const hear = ({ origin, source, data: said }: MessageEvent) => {
    if (!/^https:\/\/(www\.youtube(-nocookie)?|player\.vimeo)\.com$/.test(origin)) return
    const frame = [...frames].find((frame) => frame.contentWindow === source)
    let player = frame && playerOf(frame)
    if (!player || !frame) return
    const message: Message = typeof said === 'string' ? JSON.parse(said) : said
    const { event, method, value, data = {} } = message
    // What has no `info` is Vimeo's, and is read under the same names.
    const {
      currentTime = data.seconds,
      duration = data.duration,
      playerState = VIMEO_EVENTS[`${event}`],
      videoData: { video_id, title = method === 'getVideoTitle' ? value : player._title } = {},
    } = Object(message.info) as Info
    // One that is ready anew has forgotten what it was asked before.
    if (player._provider === 'vimeo' && (!player._hasAnswered || event === 'ready')) {
      for (const value of Object.keys(VIMEO_EVENTS))
        post(frame, { method: 'addEventListener', value })
      post(frame, { method: 'getVideoTitle' })
      post(frame, { method: 'getPaused' })
    }
    // The next video of a list.
    if (video_id && !player._url?.endsWith(video_id)) player = playerOf(frame, video_id) ?? player
    // Other messages of YouTube's are no answer to a greeting.
    player._hasAnswered ||= !!message.info || player._provider === 'vimeo'
    player._title = title
    const state = method === 'getPaused' && !value ? PLAYING : playerState
    // At the end it was playing until now.
    const isPlaying = state ? state === PLAYING : undefined
    const isWatched = follow(player, isPlaying, currentTime, duration)
    if (state === ENDED) finish(player)
    if (!isWatched || document.hidden || Date.now() < aliveAt + ALIVE_MS) return
    aliveAt = Date.now()
    window.pique?.('alive')
  }

  const look = () => {
    for (const frame of frames) {
      // Frames of the same origin that have no tag of their own, nor one to come; of others there is no
      // document.
      const { contentDocument: page, contentWindow } = frame
      if (page?.readyState === 'complete' && !contentWindow?.pique) watch(page)
      const player = playerOf(frame)
      if (player && !player._hasAnswered)
        post(frame, {
          method: 'ping',
          event: 'listening',
          // The player talks to one id only; that of the page's own script has to stay.
          id: window.YT?.get?.(frame.id)?.id ?? 'pique',
          channel: 'widget',
        })
    }
  }
  addEventListener('message', guard(hear))
  // The first look is a moment later, when the page has more to show.
  setInterval(guard(look), LOOK_MS)
}
