import type { EmailLinkJson } from './mail-shapes.ts'
import type {
  AdjustmentJson,
  DecisionJson,
  LeadJson,
  OutcomeJson,
  Traits,
  TrendDayJson,
} from './shapes.ts'

/** Everything that is held about one person, in one document: what the right of access asks for. */
export interface HeldJson {
  readonly exported_at: string
  /** Who it is, where they came from, and their score with its reasons and the model that gave it. */
  readonly lead: LeadJson
  readonly ids: { readonly emails: readonly string[]; readonly user_ids: readonly string[] }
  /** What said that it is this person, and where; void ones too. */
  readonly claims: readonly HeldClaimJson[]
  /** Browsers, each while it was this person's. */
  readonly visitors: readonly HeldVisitorJson[]
  readonly sessions: readonly HeldSessionJson[]
  /** The score at the end of each day on which something happened, and now. */
  readonly score_steps: readonly TrendDayJson[]
  readonly decisions: readonly DecisionJson[]
  readonly outcomes: readonly OutcomeJson[]
  readonly adjustments: readonly AdjustmentJson[]
  readonly unlinks: readonly HeldUnlinkJson[]
  /** Events that were refused, or wait for somebody's word, and name this person. */
  readonly refused: readonly HeldEventJson[]
  readonly waiting: readonly HeldEventJson[]
  /** Links in e-mails that were made for this person. */
  readonly links: readonly EmailLinkJson[]
  /** Whom any of it was sent to. */
  readonly recipients: readonly string[]
  readonly retention: {
    readonly events_months: number
    /** The day on which the oldest session goes; null where there is none. */
    readonly next_deletion: string | null
    readonly identity: string
  }
  readonly backups: readonly HeldBackupJson[]
}

export interface HeldClaimJson {
  readonly event: string
  readonly at: string
  readonly browser: string | null
  readonly email: string | null
  readonly user_id: string | null
  readonly evidence: string
  readonly strength: 'strong' | 'medium' | 'weak'
  readonly traits: Traits
  readonly link: string | null
  readonly is_void: boolean
  readonly is_shared: boolean
}

export interface HeldVisitorJson {
  readonly visitor: string
  /** The id that the browser keeps; null where it keeps none. */
  readonly browser: string | null
  readonly from: string | null
  readonly to: string | null
  readonly first_seen_at: string | null
  readonly last_seen_at: string | null
}

export interface HeldSessionJson {
  readonly session: string
  readonly visitor: string
  readonly started_at: string
  readonly ended_at: string
  readonly source: {
    readonly channel: string
    readonly source: string
    readonly medium: string
    readonly campaign: string | null
  } | null
  readonly device: string | null
  readonly human: boolean
  readonly bot: string | null
  readonly events: readonly HeldActionJson[]
}

export interface HeldActionJson {
  readonly id: string
  readonly type: string
  readonly at: string
  readonly url: string | null
  readonly referrer: string | null
  readonly title: string | null
  readonly view: string | null
  readonly engaged_ms: number | null
  readonly scroll: number | null
  readonly props: Readonly<Record<string, unknown>>
}

export interface HeldUnlinkJson {
  readonly at: string
  readonly by: string
  readonly from: string | null
  readonly to: string | null
}

export interface HeldEventJson {
  readonly code: string
  readonly sample: string
  readonly received_at: string
}

/** A copy of the store that may hold the person. */
export interface HeldBackupJson {
  readonly path: string
  readonly made_at: string
  readonly expires_at: string
}
