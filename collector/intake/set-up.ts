import { newWebhookSecret } from '../webhooks/sign.ts'
import type { Mapping, Provider } from './mail-events.ts'
import { isPublicKey, POSTMARK_USER } from './verify.ts'

/** What an intake is made of, for the API and the command line. */

type Settled =
  | { readonly ok: true; readonly secret: string }
  | { readonly ok: false; readonly problem: string }

/** The secret that an intake verifies with: the provider's, or one that is made for it. */
export function settledSecret({
  provider,
  secret,
  mapping,
}: {
  readonly provider: Provider
  readonly secret: string | null
  readonly mapping: Mapping | null
}): Settled {
  if ((provider === 'generic') !== (mapping !== null)) {
    const problem =
      mapping === null
        ? 'mapping is missing; it says where the fields of a generic provider are'
        : `mapping is for generic providers; ${provider}’s fields are known`
    return { ok: false, problem }
  }
  if (provider === 'sendgrid') {
    if (secret !== null && isPublicKey(secret)) return { ok: true, secret }
    return {
      ok: false,
      problem: 'secret is no key; expected the verification key that SendGrid shows',
    }
  }
  if (provider === 'mailgun') {
    if (secret !== null) return { ok: true, secret }
    return { ok: false, problem: 'secret is missing; expected Mailgun’s webhook signing key' }
  }
  if (secret !== null) {
    return { ok: false, problem: `secret is made here for ${provider}; leave it away` }
  }
  // A password stands in an address.
  const made = newWebhookSecret()
  return { ok: true, secret: provider === 'postmark' ? made.replace(/[^A-Za-z0-9]/g, '') : made }
}

/** What is pasted at the provider; with the password where that is how the provider proves itself. */
export function intakeAddress(
  collector: string,
  {
    token,
    provider,
    secret,
  }: { readonly token: string; readonly provider: Provider; readonly secret: string },
): string {
  const address = `${collector}/hooks/${token}`
  return provider === 'postmark'
    ? address.replace('://', `://${POSTMARK_USER}:${secret}@`)
    : address
}
