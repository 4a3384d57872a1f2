/** Whether data flows into a site, as far as it can be told without reading events. */
export interface FlowJson {
  /** Hours in which visits began, oldest first, up to now; each of them whole, and at most 24. */
  readonly hours: readonly FlowHourJson[]
  /** What was not taken although nothing is wrong with it, and what came twice: by name, since the site was made. */
  readonly counts: Readonly<Record<string, number>>
  /** Refused events by their code, the most frequent first. */
  readonly refused: readonly RefusedCountJson[]
  /** Events of the site that wait in quarantine. */
  readonly waiting: number
  /** `refused` and `waiting` count within this many of the newest, of all sites. */
  readonly counted_of: number
}

export interface FlowHourJson {
  /** When the hour began. */
  readonly at: string
  readonly visits: number
  /** Events of the visits that began in this hour. */
  readonly events: number
  /** Visits in which a person was proven to be there. */
  readonly people: number
  readonly bots: number
}

export interface RefusedCountJson {
  readonly code: string
  readonly events: number
  readonly last_at: string
}
