/** `view_search_results`: that somebody searched, never for what. */
import type { Core } from '../core.ts'

export function search(core: Core): void {
  let last: string | undefined
  core._beats.push(() => {
    const { search } = location
    if (search === last) return
    last = search
    if (/[?&](q|s|search|query|keyword)=[^&]/i.test(search))
      core._act('view_search_results', {}, 'page')
  })
}
