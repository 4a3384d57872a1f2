/** `view_search_results`: that somebody searched, never for what. */
import type { Core } from '../core.ts'
import { kindOfForm } from '../form-kind.ts'
import { hear } from '../markup.ts'

export function search(core: Core): void {
  let query: string | undefined
  const report = (source: string) => core._act('view_search_results', {}, source)

  core._beats.push(() => {
    if (query === location.search) return
    query = location.search
    if (/[?&](q|s|search|query|keyword)=[^&]/i.test(query)) report('url')
  })
  hear('submit', (event) => {
    // A browser that goes to the results tells by their address; a script may show them in place.
    setTimeout(() => {
      // Only forms are submitted.
      if (event.defaultPrevented && kindOfForm(event.target as HTMLFormElement) === 'search')
        report('form')
    })
  })
}
