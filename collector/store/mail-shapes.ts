/** A link in an e-mail, as its owner is shown it. */
export interface EmailLinkJson {
  readonly id: string
  readonly site: string
  readonly email: string | null
  readonly user_id: string | null
  /** Where it leads, without what makes it somebody's. */
  readonly url: string
  readonly created_at: string
  readonly expires_at: string
}

/** Where a provider of e-mail sends its events, as its owner is shown it. */
export interface IntakeJson {
  readonly id: string
  readonly site: string
  readonly name: string
  readonly provider: 'sendgrid' | 'postmark' | 'mailgun' | 'generic'
  /** Behind the collector's address. */
  readonly path: string
  readonly creates_leads: boolean
  readonly created_at: string
}
