/** `run`, so that nothing it throws reaches the page or its error monitor. */
export function guard<Args extends readonly unknown[], Answer>(
  run: (...args: Args) => Answer,
): (...args: Args) => Answer | undefined {
  return (...args) => {
    try {
      return run(...args)
    } catch {
      // A tracker may lose data; it may never break the page.
    }
  }
}

/**
 * Listens on the window in the capture phase, before any handler of the page can stop the event;
 * events that do not bubble (focus, a media element's timeupdate) pass there too. Browsers take
 * touch and wheel listeners on the window as passive; the others cannot delay anything.
 */
export function listen<Heard extends Event>(
  types: string,
  run: (event: Heard) => unknown,
  target: EventTarget = window,
): void {
  // The caller names the event type that goes with `types`; the DOM offers no such mapping.
  for (const type of types.split(' '))
    target.addEventListener(type, guard(run) as EventListener, true)
}
