import { compileGlob } from './glob.ts'
import type { MailDomains } from './mail-domains.ts'

/**
 * Who can never be promoted: own staff, competitors, suppressed addresses and, where the owner
 * wants it so, free and disposable mail. An excluded lead is kept and scored all the same.
 */

/** The model file's `exclude`. */
export interface ExcludeSpec {
  /** Own staff. A domain stands for its sub-domains too, as in `competitors`. */
  readonly email_domains: readonly string[]
  readonly competitors?: readonly string[] | undefined
  /** Globs over the whole address. */
  readonly emails?: readonly string[] | undefined
  readonly free_mail?: boolean | undefined
  readonly disposable_mail?: boolean | undefined
}

export type ExclusionReason =
  | 'own staff'
  | 'competitor'
  | 'suppressed address'
  | 'free mail'
  | 'disposable mail'

/** An exclusion with its lists compiled; make it once per published version. */
export interface CompiledExclusion {
  /** Why this address is excluded, the first of the reasons in their order; null where it isn't. */
  reasonFor(email: string | null): ExclusionReason | null
}

export function compileExclusion(exclude: ExcludeSpec, domains: MailDomains): CompiledExclusion {
  const isOwn = compileDomains(exclude.email_domains)
  const isCompetitor = compileDomains(exclude.competitors ?? [])
  const suppressed = (exclude.emails ?? [])
    .map(foldText)
    .filter((pattern) => pattern !== '')
    .map(compileGlob)
  return {
    reasonFor(email) {
      const address = foldText(email ?? '')
      if (address === '') return null
      const domain = address.includes('@') ? domainOf(address) : ''
      if (isOwn(domain)) return 'own staff'
      if (isCompetitor(domain)) return 'competitor'
      if (suppressed.some((matches) => matches(address))) return 'suppressed address'
      if (exclude.free_mail !== true && exclude.disposable_mail !== true) return null
      const kind = domains.kindOf(domain)
      if (kind === 'free' && exclude.free_mail === true) return 'free mail'
      if (kind === 'disposable' && exclude.disposable_mail === true) return 'disposable mail'
      return null
    },
  }
}

/** Whether a domain or one above it is listed. */
function compileDomains(listed: readonly string[]): (domain: string) => boolean {
  const wanted = new Set(listed.map(listedDomain).filter((domain) => domain !== ''))
  return (domain) => {
    for (let rest = domain; rest !== ''; rest = parentOf(rest)) {
      if (wanted.has(rest)) return true
    }
    return false
  }
}

/** People write `corp.example`, `@corp.example`, `*.corp.example` and `*@corp.example`, and mean one thing. */
function listedDomain(entry: string): string {
  return domainOf(foldText(entry)).replace(/^(\*?\.)+/, '')
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1)
}

function parentOf(domain: string): string {
  const dot = domain.indexOf('.')
  return dot < 0 ? '' : domain.slice(dot + 1)
}

function foldText(text: string): string {
  return text.trim().normalize('NFC').toLowerCase().normalize('NFC')
}
