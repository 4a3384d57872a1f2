import type { Context, Handler, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { GuardedEnv } from '../http/auth.ts'
import { type Form, MAX_FORM_BYTES, readForm } from '../http/form.ts'
import { refuse } from '../http/refuse.ts'
import type { Reader } from '../store/reader.ts'
import { NO_SITE, trouble, type Visit } from './answers.tsx'
import { presentFrame, type Section } from './present.ts'

/** One screen: ask the reader, present, place. */
export type Screen = (visit: Visit) => Response | Promise<Response>

/** What a form of a screen does; what worked leads back with a 303, what did not is a page that says why. */
export type Action = (visit: Visit, form: Form) => Response | Promise<Response>

export interface Screens {
  /** A page of a section, with the time it took in its `Server-Timing`. */
  show(section: Section, screen: Screen): Handler<GuardedEnv>
  /**
   * Adds a form's address: its POST is the action, and a GET of it (somebody reloads what a form answered)
   * leads to `start`. Whoever may only read does not get here: the guard refuses.
   */
  act(path: string, section: Section, start: string, action: Action): void
}

export interface ScreensDeps {
  readonly app: Hono<GuardedEnv>
  readonly reader: Pick<Reader, 'sites'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly demo: boolean
}

/** How every screen begins: the sites, the chosen one, the frame, and how long it took. */
export function createScreens({ app, reader, clock, demo }: ScreensDeps): Screens {
  const limit = bodyLimit({ maxSize: MAX_FORM_BYTES, onError: (c) => refuse(c, 'body_too_large') })

  async function visitOf(c: Context<GuardedEnv>, section: Section): Promise<Visit> {
    const sites = await reader.sites()
    const asked = c.req.query('site')
    const known = sites.find(({ id }) => id === asked)
    const site = known ?? (section === 'connect' ? sites[0] : null) ?? null
    const frame = (title: string) => presentFrame({ title, section, sites, site, demo })
    return { c, now: clock(), sites, site, isUnknownSite: Boolean(asked) && !known, frame }
  }

  const timed =
    (section: Section, answer: (visit: Visit) => Response | Promise<Response>) =>
    async (c: Context<GuardedEnv>) => {
      const startedAt = performance.now()
      c.header('cache-control', 'no-store')
      const visit = await visitOf(c, section)
      const response = visit.isUnknownSite ? trouble(visit, 404, NO_SITE) : await answer(visit)
      response.headers.set(
        'server-timing',
        `total;dur=${(performance.now() - startedAt).toFixed(1)}`,
      )
      return response
    }

  return {
    show: (section, screen) => timed(section, screen),
    act(path, section, start, action) {
      app.get(path, (c) => c.redirect(start, 303))
      app.post(
        path,
        limit,
        timed(section, async (visit) => action(visit, await readForm(visit.c))),
      )
    },
  }
}
