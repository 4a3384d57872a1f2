import type { PropValue } from '../../shared/wire.ts'
import type { Column } from './column.ts'
import type { EventLine } from './event-line.ts'

/** An event as a row of a table: the fields of its line, those within `props` and `claim` that have a name of their own beside. */
export const EVENT_COLUMNS: readonly Column<EventLine>[] = [
  { header: 'id', type: 'text', isRequired: true, of: ({ id }) => id },
  { header: 'type', type: 'text', isRequired: true, of: ({ type }) => type },
  { header: 'at', type: 'instant', isRequired: true, of: ({ at }) => at },
  { header: 'received_at', type: 'instant', isRequired: true, of: (line) => line.received_at },
  { header: 'site', type: 'text', isRequired: true, of: ({ site }) => site },
  { header: 'visitor', type: 'text', of: ({ visitor }) => visitor },
  { header: 'lead', type: 'text', of: ({ lead }) => lead },
  { header: 'browser', type: 'text', isRequired: true, of: ({ browser }) => browser },
  { header: 'cookieless', type: 'flag', isRequired: true, of: (line) => line.cookieless === true },
  { header: 'session', type: 'text', of: ({ session }) => session },
  { header: 'visit', type: 'text', isRequired: true, of: ({ visit }) => visit },
  { header: 'view', type: 'text', of: ({ view }) => view },
  { header: 'url', type: 'text', of: ({ url }) => url },
  { header: 'referrer', type: 'text', of: ({ referrer }) => referrer },
  { header: 'title', type: 'text', of: ({ title }) => title },
  { header: 'engaged_ms', type: 'integer', of: (line) => measured(line, line.props?.engaged_ms) },
  { header: 'scroll', type: 'integer', of: (line) => measured(line, line.props?.scroll) },
  { header: 'view_at', type: 'instant', of: viewAtOf },
  { header: 'props', type: 'json', of: ({ props }) => props },
  { header: 'human', type: 'flag', isRequired: true, of: ({ human }) => human },
  { header: 'proven', type: 'flag', isRequired: true, of: ({ proven }) => proven },
  { header: 'bot', type: 'text', of: ({ bot }) => bot },
  { header: 'device', type: 'text', of: ({ device }) => device },
  { header: 'skew_ms', type: 'integer', of: (line) => line.skew_ms },
  { header: 'server', type: 'flag', isRequired: true, of: ({ server }) => server === true },
  { header: 'claim_user_id', type: 'text', of: ({ claim }) => claim?.user_id },
  { header: 'claim_email', type: 'text', of: ({ claim }) => claim?.email },
  { header: 'claim_strength', type: 'text', of: ({ claim }) => claim?.strength },
  { header: 'claim_evidence', type: 'text', of: ({ claim }) => claim?.evidence },
  { header: 'claim_traits', type: 'json', of: ({ claim }) => claim?.traits },
  { header: 'claim_link', type: 'text', of: ({ claim }) => claim?.link },
]

/** What a ping measured: any other event may have props of the same name that are its own. */
function measured({ type }: EventLine, value: PropValue | undefined): number | null {
  return type === 'user_engagement' && typeof value === 'number' ? value : null
}

function viewAtOf(line: EventLine): string | null {
  const at = measured(line, line.props?.view_at)
  return at === null ? null : new Date(at).toISOString()
}
