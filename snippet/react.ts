/**
 * The tag for React: `import { PiqueProvider, usePique } from 'pique/react'`. The provider starts the tag
 * once its part of the page is there, so nothing of it touches a browser while a server renders, and what
 * effects below it report before that waits. Page views are the tag's own: it sees every change of route
 * that a router makes. A page has one tag, so the calls are the same everywhere and for ever, and need no
 * context; they never throw, provider or not.
 */
import { type ReactNode, useEffect, useRef } from 'react'
import {
  consent,
  identify,
  init,
  is,
  type Props,
  page,
  reset,
  type TagOptions,
  track,
} from './module.ts'

export type { Props, TagOptions }

/** What `init` takes, and what stands below. */
export interface PiqueProviderProps extends TagOptions {
  readonly children?: ReactNode
}

/** The calls, as `pique/snippet` has them. */
export interface PiqueCalls {
  readonly track: typeof track
  readonly identify: typeof identify
  readonly page: typeof page
  readonly consent: typeof consent
  readonly reset: typeof reset
  readonly is: typeof is
}

const CALLS: PiqueCalls = { track, identify, page, consent, reset, is }

/**
 * Starts the tag with its properties as they are at first; a second provider, or the script beside it,
 * changes nothing. Of later changes one counts: a `consent` that becomes `granted` or `denied` is told.
 */
export function PiqueProvider({ children, ...options }: PiqueProviderProps): ReactNode {
  // A property may be there and undefined, which asks for nothing.
  const started = useRef({ ...options, consent: options.consent ?? 'granted' })
  const told = useRef(options.consent)
  // StrictMode runs effects twice; the tag starts once.
  useEffect(() => init(started.current), [])
  useEffect(() => {
    const isTold = options.consent === told.current
    told.current = options.consent
    if (isTold || options.consent === undefined || options.consent === 'pending') return
    consent(options.consent)
  }, [options.consent])
  return children
}

/** The calls: always the same object, so that it may stand among the dependencies of an effect. */
export function usePique(): PiqueCalls {
  return CALLS
}
