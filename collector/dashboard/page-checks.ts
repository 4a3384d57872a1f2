import { createHash, randomBytes } from 'node:crypto'

/**
 * "Is my tag working on this page?" The owner names a page, and it is opened with a token that the
 * tag there answers to. Checks live in memory, a bounded number for a short while: nothing of them
 * is worth keeping. A check's id is the hash of its token, so that the id may stand in addresses and
 * logs, and whoever reads them still can't answer. A later answer replaces an earlier one: an owner
 * who repairs a page and reloads it sees the repair.
 */

/** What a tag says about itself; null where it did not say. */
export interface TagAnswer {
  /** The key in the tag. */
  readonly site: string | null
  /** Origin and path, without what else an address may hold. */
  readonly page: string | null
  readonly consent: 'granted' | 'pending' | 'denied' | null
  readonly storage: 'cookie' | 'none' | null
  /** Whether a cookie could be written. */
  readonly stores: boolean | null
  readonly gpc: boolean | null
  readonly dnt: boolean | null
  /** This browser is excluded. */
  readonly ignored: boolean | null
  /** This path is excluded. */
  readonly excluded: boolean | null
  /** Automatic capture is on. */
  readonly auto: boolean | null
  /** Whether a request to where events go was answered. */
  readonly collects: boolean | null
}

export interface PageCheck {
  readonly id: string
  /** Id of the site whose tag should be there. */
  readonly site: string
  /** The page as the owner named it. */
  readonly address: string
  /** The page's address with the token, for the owner's browser alone. */
  readonly href: string
  readonly startedAt: number
  readonly answer: TagAnswer | null
}

export interface PageChecks {
  start(site: string, address: URL): PageCheck
  /** The check with this id; null once it is over. */
  find(id: string): PageCheck | null
  /** Takes what a tag answered; null for a token of no check. */
  answer(token: string, answer: TagAnswer): PageCheck | null
}

const CHECK_MS = 15 * 60_000
const MAX_CHECKS = 200
const TOKEN_BYTES = 24
const HASH = '#pique-verify='

export function createPageChecks(clock: () => number): PageChecks {
  // In order of their start: one is only ever added at the back, and replaced where it stands.
  const checks = new Map<string, PageCheck>()

  function forgetOld(room: number): void {
    for (const [id, { startedAt }] of checks) {
      if (startedAt + CHECK_MS > clock() && checks.size + room <= MAX_CHECKS) return
      checks.delete(id)
    }
  }
  function find(id: string): PageCheck | null {
    forgetOld(0)
    return checks.get(id) ?? null
  }
  return {
    find,
    start(site, page) {
      const token = randomBytes(TOKEN_BYTES).toString('base64url')
      const address = withoutHash(page)
      const check: PageCheck = {
        id: idOf(token),
        site,
        address,
        href: `${address}${HASH}${token}`,
        startedAt: clock(),
        answer: null,
      }
      forgetOld(1)
      checks.set(check.id, check)
      return check
    },
    answer(token, answer) {
      const check = find(idOf(token))
      if (!check) return null
      const answered = { ...check, answer }
      checks.set(check.id, answered)
      return answered
    },
  }
}

function idOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url').slice(0, 22)
}

function withoutHash(page: URL): string {
  const { hash, href } = page
  return hash === '' ? href.replace(/#$/, '') : href.slice(0, -hash.length)
}

export type ReadAddress =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly problem: string }

const MAX_ADDRESS = 2048

/** Reads what an owner typed: a web address, also without its `https://`; nothing else can be opened. */
export function readAddress(typed: string): ReadAddress {
  const text = typed.trim()
  if (text === '') return wrong('Type the address of a page that carries the tag.')
  if (text.length > MAX_ADDRESS) {
    return wrong(`This address is too long; at most ${MAX_ADDRESS} characters can be checked.`)
  }
  const isWhole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
  const url = parsed(isWhole ? text : `${isNearby(text) ? 'http' : 'https'}://${text}`)
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    return wrong('Give the address of a web page, such as https://shop.example/pricing.')
  }
  return { ok: true, url }
}

/** On the owner's own machine, where hardly anything speaks https, and browsers don't mind. */
export function isNearby(address: string): boolean {
  return /^(https?:\/\/)?(localhost|127\.\d+\.\d+\.\d+|\[::1\])([:/]|$)/i.test(address)
}

function wrong(problem: string): ReadAddress {
  return { ok: false, problem }
}

function parsed(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}
