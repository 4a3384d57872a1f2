/** The tag: reads how it was placed on the page, and starts. */
import { readConfig } from './config.ts'
import { guard } from './listen.ts'
import { start } from './start.ts'

guard(() => {
  // A classic script is the current one while it runs, and no other element is.
  const script = document.currentScript as HTMLScriptElement
  const source = new URL(script.src)
  const site = source.searchParams.get('site') ?? undefined
  start(readConfig({ site, ...script.dataset }, source.origin))
})()
