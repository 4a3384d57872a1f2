/**
 * `#pique-verify=TOKEN`: the dashboard's "is my tag working". Takes the token out of the address, tells
 * the collector what the tag on this page may do, and shows its answer on the page, to whoever has
 * opened it with a token. Nothing else of the page is read or changed.
 *
 * Posts to `/verify`, as text and without credentials, so that no preflight and no cookie is in the way.
 */
import { maskSecrets } from '../clean-url.ts'
import { endsWithOneOf } from '../config.ts'
import { guard } from '../listen.ts'
import { showNote } from './note.ts'
import { readSettings, type Settings } from './settings.ts'

const ANSWERS_WITHIN_MS = 10_000

/** The token, which is no longer in the address afterwards; the rest of the fragment may be a route. */
function takeToken(): string | undefined {
  const [page, fragment = ''] = location.href.split(/#(.*)/s)
  const [found, token] = /pique-verify=([^&]*)&?/.exec(fragment) ?? []
  if (!found) return
  const rest = fragment.replace(found, '').replace(/[&?]$/, '')
  history.replaceState(history.state, '', page + (rest && `#${rest}`))
  return token
}

/** Whether a cookie stays; looked at only where the tag itself would keep one. */
function storesCookies(): boolean {
  if (/\b_pq=/.test(document.cookie)) return true
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in some browsers
  document.cookie = '_pqt=1;path=/;samesite=lax'
  const isThere = /\b_pqt=/.test(document.cookie)
  // biome-ignore lint/suspicious/noDocumentCookie: the same
  document.cookie = '_pqt=;path=/;max-age=0'
  return isThere
}

/** What the tag may do here; whether cookies stay is not tried where it may not. */
function findFacts({ _config: config, _facts: facts }: Settings) {
  const excluded = endsWithOneOf('^', config.exclude).test(location.pathname)
  const mayNotStore =
    excluded || facts.gpc || facts.dnt || facts.ignored || facts.storage === 'none'
  return {
    ...facts,
    page: location.origin + maskSecrets(location.pathname),
    excluded,
    stores: facts.consent !== 'granted' || mayNotStore ? undefined : storesCookies(),
  }
}

async function verify(token: string, settings: Settings): Promise<void> {
  const show = showNote()
  const host = settings._host
  let isForbidden = false
  addEventListener('securitypolicyviolation', ({ blockedURI }) => {
    if (blockedURI.startsWith(host)) isForbidden = true
  })
  try {
    const answer = await fetch(`${host}/verify`, {
      method: 'POST',
      body: JSON.stringify({ token, ...findFacts(settings) }),
      credentials: 'omit',
      signal: AbortSignal.timeout?.(ANSWERS_WITHIN_MS) ?? null,
    })
    // Anything may be in between and answer.
    const { words, detail, title } = (await answer.json().catch(() => ({}))) as Readonly<
      Record<string, string | undefined>
    >
    if (answer.ok) show(words ?? 'Pique works on this page.', true)
    else show(`${detail ?? title ?? answer.status} — start the check again on the Connect page.`)
  } catch {
    // The policy's own report of it comes a moment later.
    setTimeout(() =>
      show(
        isForbidden
          ? `This page's Content-Security-Policy forbids to send: add ${host} to connect-src.`
          : `The collector ${host} did not answer: an ad blocker may be in the way, or it is not running.`,
      ),
    )
  }
}

guard(() => {
  const token = takeToken()
  if (token) void verify(token, readSettings())
})()
