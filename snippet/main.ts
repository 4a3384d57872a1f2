/** The tag: reads how it was placed on the page, and starts. */
import { guard } from './listen.ts'
import { start } from './start.ts'

guard(() => {
  // A classic script is the current one while it runs, and no other element is.
  const script = document.currentScript as HTMLScriptElement
  const source = new URL(script.src)
  const site = source.searchParams.get('site')
  start({ site, host: source.origin, ...script.dataset })
})()
