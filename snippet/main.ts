/** The tag: reads how it was placed on the page, and starts. */
import { guard } from './listen.ts'
import { start } from './start.ts'

guard(() => {
  // A classic script is the current one while it runs, and no other element is.
  const script = document.currentScript as HTMLScriptElement
  const { origin, searchParams } = new URL(script.src)
  start({ site: searchParams.get('site'), host: origin, ...script.dataset })
})()
