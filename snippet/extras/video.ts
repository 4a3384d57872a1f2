/**
 * Videos: `<video>` elements here, embedded players and other frames in `players.ts`; what counts in
 * `watching.ts`.
 * Loaded where a page has any of them; tells the tag by its public calls, and hands it the documents of
 * frames.
 *
 * That a `<video>` plays the tag hears by itself. Media events stay inside the shadow root of their
 * element, so open roots are listened to as well, each from the first click in it on.
 */
import { maskSecrets } from '../clean-url.ts'
import { guard } from '../listen.ts'
import { players } from './players.ts'
import { createVideo, finish, follow, IGNORED, type Video } from './watching.ts'

function videos(): void {
  const known = new WeakMap<EventTarget, Video>()

  const hear = guard((event: Event) => {
    // Checked by its name on the next line; every other target is left alone.
    const element = event.composedPath()[0] as HTMLVideoElement
    if (element.nodeName !== 'VIDEO') return
    const { currentSrc, currentTime, muted } = element
    // Muted and looping, or playing by itself without sound and controls, is a background.
    if (muted && (element.loop || (element.autoplay && !element.controls))) return
    if (element.closest(IGNORED)) return
    let video = known.get(element)
    if (video?._source !== currentSrc) {
      // Without its query; a stream put together by a script has an address that says nothing.
      const [url] = /^http[^?#]+/.exec(currentSrc) ?? []
      video = createVideo(currentSrc, 'html5', url && maskSecrets(url))
      known.set(element, video)
    }
    video._title = element.title || undefined
    if (event.type === 'seeking') {
      // However near it is, what lies between was not watched.
      video._at = currentTime
      video._wasWatched = false
    }
    follow(video, !element.paused, currentTime, element.duration)
    if (event.type === 'ended') finish(video)
  })

  const listenIn = (target: EventTarget) => {
    // A second time the same listener is not added again.
    for (const type of ['playing', 'timeupdate', 'seeking', 'ended'])
      target.addEventListener(type, hear, true)
  }

  const findRoots = (event: Event) => {
    for (const node of event.composedPath())
      if (node instanceof ShadowRoot && !node.host.closest(IGNORED)) listenIn(node)
  }

  listenIn(window)
  addEventListener('click', guard(findRoots), true)
}

/** `watch` hears the forms of a document. */
export function run(watch: (root: Node) => void, isAuto: boolean): void {
  if (isAuto) videos()
  players(watch, isAuto)
}
