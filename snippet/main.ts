/** The tag: reads how it was placed on the page, and starts. */
import { readConfig } from './config.ts'
import { guard } from './listen.ts'
import { start } from './start.ts'

guard(() => {
  // There is a current script only while a classic script runs: this one, unless a tag manager
  // evaluated its text. Both ways to find it find nothing but script elements.
  const script = (document.currentScript ??
    document.querySelector('script[src*="/pique."]')) as HTMLScriptElement | null
  if (!script) return
  const source = new URL(script.src)
  const site = source.searchParams.get('site') ?? undefined
  start(readConfig({ site, ...script.dataset }, source.origin))
})()
