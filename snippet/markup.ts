/** What the owner wrote into the page: `data-pique-*`. */
import type { PropValue } from '../shared/wire.ts'
import { listen } from './listen.ts'

/** The innermost element that matches, also through open shadow roots. */
export function findInPath(event: Event, selector: string): HTMLElement | undefined {
  return (
    event
      .composedPath()
      // The document and the window are targets too, and match nothing.
      .find((node) => (node as Partial<Element>).matches?.(selector)) as HTMLElement | undefined
  )
}

/** Listens outside of what the owner has marked as ignored. */
export function hear<Heard extends Event>(
  types: string,
  run: (event: Heard) => unknown,
  target?: EventTarget,
): void {
  listen(types, (event: Heard) => findInPath(event, '[data-pique-ignore]') || run(event), target)
}

/** The element's `data-pique-prop-KEY` attributes; HTML has made the keys lower case. */
export function markedProps(element: Element): Record<string, PropValue> {
  const props: Record<string, PropValue> = {}
  for (const { name, value } of element.attributes) {
    const [, key] = name.split('data-pique-prop-')
    if (key) props[key] = value
  }
  return props
}
