import type { IntakeStore } from './intake-store.ts'

/** Links in e-mails, each made for one person. */

export interface NewEmailLink {
  readonly site: number
  /** In normal form; one of the two at least. */
  readonly userId: string | null
  readonly email: string | null
  /** The address without what makes it this person's. */
  readonly target: string
  readonly createdAt: number
  /** Nothing counts from then on. */
  readonly expiresAt: number
}

export interface EmailLink extends NewEmailLink {
  readonly ref: number
}

/** Every method is one transaction. */
export interface MailStore extends IntakeStore {
  /** In the order given; `code` is what the address carries, and stands in it signed. */
  addEmailLinks(
    links: readonly NewEmailLink[],
  ): readonly { readonly ref: number; readonly code: string }[]
  removeEmailLink(ref: number): boolean
  emailLink(code: string): EmailLink | null
}
