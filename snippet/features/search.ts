/** `view_search_results`: that somebody searched, never for what. */
import type { Core } from '../core.ts'
import { asksInAddress, kindOfForm, SEARCH_PARAM } from '../form-kind.ts'
import { listen } from '../listen.ts'
import { isIgnored } from '../markup.ts'

export function search(core: Core): void {
  const report = (source: string) => {
    if (core._isFirst('view_search_results', source)) core._track('view_search_results')
  }
  core._onBeat((beat) => {
    if (beat !== 'viewed') return
    new URLSearchParams(location.search).forEach((term, name) => {
      if (term && SEARCH_PARAM.test(name)) report('url')
    })
  })
  listen('submit', (event) => {
    // Only forms are submitted.
    const form = event.target as HTMLFormElement
    if (isIgnored(event) || form.hasAttribute('data-pique-event') || kindOfForm(form) !== 'search')
      return
    // A browser that goes to the results tells by their address; a script may show them in place.
    setTimeout(() => {
      if (event.defaultPrevented || !asksInAddress(form)) report('form')
    })
  })
}
