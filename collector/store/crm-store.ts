/** CRMs that are kept in step with the leads: what they are, and how far they are. */

export const CRM_KINDS = ['hubspot', 'salesforce'] as const
export type CrmKind = (typeof CRM_KINDS)[number]

/** What is not secret: where it is, and which of its fields gets what. */
export interface CrmSettings {
  readonly url: string
  /** The kind of record: `contacts`, `Contact`, `Lead`. */
  readonly object: string
  /** The field that a record is known by. */
  readonly id: string
  /** Names of fields, each with what of a lead it gets. */
  readonly fields: Readonly<Record<string, string>>
}

export interface NewCrm {
  readonly kind: CrmKind
  readonly name: string
  readonly site: number | null
  readonly settings: CrmSettings
  /** A token, or an id and a secret with a colon between them. */
  readonly secret: string
  readonly createdAt: number
}

/** A record that the CRM refused, in the words of its error codes. */
export interface Refused {
  readonly lead: string
  readonly why: string
}

/** How a CRM stands. */
export interface CrmStatus {
  /** The last commit that it has all of. */
  readonly cursor: number
  /** `stopped` until somebody does something about it: a wrong token, a field that is not there. */
  readonly state: 'on' | 'stopped'
  /** In a few words, without anybody's data; null where nothing is wrong. */
  readonly error: string | null
  /** The newest, at most twenty. */
  readonly refused: readonly Refused[]
  readonly failingSince: number | null
  /** When it last had everything. */
  readonly syncedAt: number | null
  /** When everything was begun to be sent anew, since scores fall by themselves. */
  readonly renewedAt: number | null
}

export interface OpenCrm extends CrmStatus {
  readonly ref: number
  readonly kind: CrmKind
  /** `si_…`, or null for every site. */
  readonly site: string | null
  readonly settings: CrmSettings
  readonly secret: string
}

export interface CrmStore {
  addCrm(crm: NewCrm): number
  removeCrm(ref: number): boolean
  /** Those that are on, with their secrets. */
  openCrms(): readonly OpenCrm[]
  /** Whether it is still there, and on. */
  noteCrm(ref: number, status: CrmStatus): boolean
}

export interface CrmJson {
  readonly id: string
  readonly kind: CrmKind
  readonly name: string
  readonly site: string | null
  readonly url: string
  readonly object: string
  readonly state: CrmStatus['state']
  readonly error: string | null
  readonly failing_since: string | null
  readonly synced_at: string | null
  readonly refused: readonly Refused[]
  readonly created_at: string
}
