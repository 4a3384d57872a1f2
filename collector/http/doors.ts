import { Hono, type MiddlewareHandler, type Next } from 'hono'
import type { Guard, GuardedEnv } from './auth.ts'
import { SEGMENT_PATHS } from './segment.ts'
import { EXTRA_NAMES } from './tag-files.ts'

/** What may be asked for by anybody. Everything else, known or not, stands behind the guard. */
export interface PublicPath {
  readonly path: string
  /** Why nobody has to say who they are. */
  readonly why: string
  /** Pages of other sites load it, so it has headers of its own instead of those of our pages. */
  readonly isForOtherSites?: true
}

const TAG = { why: 'the tag: every page of every site loads it', isForOtherSites: true } as const
const DOCS = 'describes the API, and nothing of anybody'

/** The whole list. A path ends in `/*` where all below it is public. */
export function publicPaths({ tagHash, hasShop }: { tagHash: string; hasShop: boolean }) {
  const paths: PublicPath[] = [
    { path: '/pique.js', ...TAG },
    { path: `/pique.${tagHash}.js`, ...TAG },
    ...EXTRA_NAMES.map((name) => ({ path: `/pique-${name}.js`, ...TAG })),
    { path: '/is', why: 'a page asks about its own browser', isForOtherSites: true },
    { path: '/verify', why: 'needs the token of a check', isForOtherSites: true },
    { path: '/e', why: 'the tag sends here', isForOtherSites: true },
    { path: '/e.gif', why: 'pages without scripts count here', isForOtherSites: true },
    ...SEGMENT_PATHS.map((path) => ({ path, why: 'it asks for a write key by itself' })),
    { path: '/healthz', why: 'a supervisor asks whether the process answers' },
    { path: '/metrics', why: 'it lets in this machine, and a key that may read, by itself' },
    { path: '/readyz', why: 'a supervisor asks whether the store does' },
    { path: '/assets/dashboard.css', why: 'the sign-in page needs it' },
    { path: '/assets/dashboard.js', why: 'the sign-in page needs it' },
    { path: '/assets/dashboard.svg', why: 'the sign-in page needs it' },
    { path: '/privacy', why: 'tells visitors what is known of them' },
    { path: '/.well-known/gpc.json', why: 'tells programs that the wish for privacy is honoured' },
    { path: '/login', why: 'this is where one says who one is' },
    { path: '/login/once', why: 'needs a one-time secret' },
    { path: '/logout', why: 'ends the session of whoever sends its cookie' },
    { path: '/setup', why: 'needs the set-up secret' },
    { path: '/welcome', why: 'needs a one-time secret' },
    { path: '/hooks/*', why: 'providers of e-mail tell here; each proves itself by its signature' },
    { path: '/openapi.json', why: DOCS },
    { path: '/docs', why: DOCS },
    { path: '/problems', why: DOCS },
    { path: '/problems/*', why: DOCS },
  ]
  if (hasShop) {
    const why = 'the demo shop, on a throw-away store'
    paths.push({ path: '/demo', why }, { path: '/demo/*', why })
  }
  return paths
}

/** Whether a path is on the list. */
export function createListed(paths: readonly PublicPath[]): (path: string) => boolean {
  const exact = new Set(paths.map(({ path }) => path))
  const below = paths.filter(({ path }) => path.endsWith('/*')).map(({ path }) => path.slice(0, -1))
  return (path) => exact.has(path) || below.some((start) => path.startsWith(start))
}

/**
 * An app in front of which the guard stands already: whatever is added to it later can be reached
 * by those alone whom the guard lets in, unless its path is on the list.
 */
export function createGuardedApp(
  guard: Pick<Guard, 'requireKey' | 'requireSession'>,
  { isPublic, before }: { isPublic: (path: string) => boolean; before: MiddlewareHandler },
): Hono<GuardedEnv> {
  const app = new Hono<GuardedEnv>()
  app.use(before)
  app.use((c, next: Next) => {
    if (isPublic(c.req.path)) return next()
    return isApi(c.req.path) ? guard.requireKey(c, next) : guard.requireSession(c, next)
  })
  return app
}

/** What programs call, which are never sent to a page. */
export function isApi(path: string): boolean {
  return /^\/(api|v1)(\/|$)/.test(path)
}
