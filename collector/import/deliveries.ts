import type { ImportRow, RowEvent } from './row.ts'

/** Rows as deliveries: neighbours of one browser, told alike, go together. Pure. */

export interface PlacedRow {
  readonly line: number
  readonly row: ImportRow
  /** With its id. */
  readonly event: RowEvent
}

/** The body of a trusted delivery, and which line each of its events is from. */
export interface Told {
  readonly body: string
  readonly lines: readonly number[]
}

/** Within what a trusted delivery may hold; see ingest/parse.ts. */
const MAX_EVENTS = 500
const MAX_LENGTH = 500_000

export function toldOf(site: string, rows: readonly PlacedRow[]): readonly Told[] {
  const told: Told[] = []
  let events: string[] = []
  let lines: number[] = []
  let length = 0
  let head = ''
  const close = () => {
    if (events.length > 0) told.push({ body: `${head}"events":[${events.join(',')}]}`, lines })
    events = []
    lines = []
    length = 0
  }
  for (const { line, row, event } of rows) {
    const own = headOf(site, row)
    if (own !== head || events.length >= MAX_EVENTS || length > MAX_LENGTH) close()
    head = own
    const text = JSON.stringify(event)
    events.push(text)
    lines.push(line)
    length += text.length
  }
  close()
  return told
}

/** All but the events, without the end. */
function headOf(site: string, row: ImportRow): string {
  const { browser, server, human, cookieless, device, bot, skewMs } = row
  const head = {
    site,
    import: true,
    browser,
    server,
    human,
    ...(cookieless && { cookieless }),
    ...(device !== null && { device }),
    ...(bot !== null && { bot }),
    ...(skewMs !== null && { skewMs }),
  }
  return `${JSON.stringify(head).slice(0, -1)},`
}
