import type { Format } from '../webhooks/kinds.ts'
import type { EventType } from '../webhooks/news.ts'
import type { Stage } from './shapes.ts'

/** Where other systems are told of leads, without its secret. */
export interface WebhookJson {
  readonly id: string
  /** Without its path where that is a secret, as of Slack's. */
  readonly url: string
  readonly format: Format
  readonly template: string | null
  readonly events: readonly EventType[]
  /** Of changes of the stage only those to one of these; null for every one. */
  readonly stages: readonly Stage[] | null
  /** Null for every site. */
  readonly site: string | null
  /** Its messages say who a lead is. */
  readonly personal: boolean
  /** `off` by hand; `gone` after it answered 410. */
  readonly state: 'on' | 'off' | 'gone'
  readonly failing_since: string | null
  readonly waiting: number
  readonly parked: number
  readonly former_secret_until: string | null
  readonly created_at: string
}

/** A message to a webhook. */
export interface DeliveryJson {
  readonly id: string
  readonly webhook_id: string
  readonly type: string
  /** Null for a test. */
  readonly lead: string | null
  readonly sequence: number
  readonly state: 'waiting' | 'delivered' | 'parked'
  readonly attempts: number
  readonly last_status: number | null
  readonly last_error: string | null
  readonly next_at: string | null
  readonly at: string
  readonly done_at: string | null
}
