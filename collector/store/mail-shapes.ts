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
