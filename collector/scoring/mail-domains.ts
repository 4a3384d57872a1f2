/**
 * Whether an e-mail's domain is a company's, a free mailbox's, or a throw-away one. The lists are
 * vendored text, one domain a line, `#` begins a comment; the caller loads them.
 */

import { registrableOf } from '../attribution/hosts.ts'

type MailKind = 'free' | 'disposable' | 'business'

export interface MailDomains {
  /** The kind of a domain in its normal form; a domain nobody listed is a company's. */
  kindOf(domain: string): MailKind
}

/** Private mail that the vendored list does not know: relays that hide an address, and paid personal mailboxes. */
const MORE_FREE = [
  'privaterelay.appleid.com',
  'mozmail.com',
  'passmail.net',
  'passinbox.com',
  'hey.com',
]

/** Look-ups over the two lists; a sub-domain of a disposable domain is disposable. */
export function createMailDomains(freeText: string, disposableText: string): MailDomains {
  let lists: { readonly free: Set<string>; readonly disposable: Set<string> } | null = null
  return {
    kindOf(domain) {
      // Many thousand lines, which nobody reads who asks for nothing.
      lists ??= {
        free: new Set([...domainsOf(freeText), ...MORE_FREE]),
        disposable: new Set(domainsOf(disposableText)),
      }
      const { free, disposable } = lists
      const folded = domain.trim().toLowerCase()
      if (isDisposable(folded, disposable)) return 'disposable'
      return free.has(folded) ? 'free' : 'business'
    },
  }
}

/** Parents count only down to what somebody registered: `edu.pl` is listed, every Polish university is below it. */
function isDisposable(domain: string, disposable: ReadonlySet<string>): boolean {
  if (disposable.has(domain)) return true
  const registrable = registrableOf(domain)
  let parent = domain
  while (parent.length > registrable.length) {
    parent = parent.slice(parent.indexOf('.') + 1)
    if (disposable.has(parent)) return true
  }
  return false
}

function domainsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}
