import { csvOf } from '../export/csv.ts'
import { audited } from '../http/audit.ts'
import { piecesAnswer } from '../http/download.ts'
import type { AuditQuery } from '../store/audit-store.ts'
import type { AuditJson } from '../store/shapes.ts'
import type { InternalReader } from '../store/sqlite/read/reader.ts'
import { ACTIONS } from './audit-words.ts'
import { presentAudit } from './present-audit.ts'
import { auditPanel } from './settings-audit.tsx'
import type { SettingsContext, SettingsPart } from './settings-parts.ts'

const ON_A_PAGE = 50
const IN_A_PIECE = 1_000

/** Who changed or read out what. */
export const auditPart: SettingsPart = (pages, { reader, people, clock, onBroken }) => {
  const { app } = pages

  app.get('/settings/audit.csv', (c) => {
    if (c.get('access').role !== 'owner') {
      audited(c, null)
      return c.redirect('/settings', 303)
    }
    const pieces = piecesOf(reader, queryOf(c))
    return piecesAnswer(c, { name: 'audit-log.csv', type: 'csv', pieces, onBroken })
  })

  return async (c) => {
    const query = queryOf(c)
    const cursor = c.req.query('cursor')
    const ask = (from: string | undefined) =>
      reader.audit({ ...query, limit: ON_A_PAGE, ...(from && { cursor: from }) })
    const asked = await ask(cursor)
    // A place that this list never gave: from the top.
    const found = asked.kind === 'found' ? asked : await ask(undefined)
    const page = found.kind === 'found' ? found.value : { data: [], next_cursor: null }
    const isFirst = cursor === undefined || asked.kind !== 'found'
    const accounts = await people.list()
    const known = { accounts, keys: await reader.keys(), sites: await reader.sites() }
    return [auditPanel(presentAudit({ page, query, isFirst, known }, clock()))]
  }
}

/** What is asked for; an unknown action is none, and text is cut to what any entry has. */
async function* piecesOf(
  reader: Pick<InternalReader, 'audit'>,
  query: AuditQuery,
): AsyncGenerator<string> {
  yield csvOf([['id', 'at', 'by', 'action', 'subject', 'detail']])
  let cursor: string | undefined
  do {
    const found = await reader.audit({ ...query, limit: IN_A_PIECE, ...(cursor && { cursor }) })
    if (found.kind !== 'found') throw new Error(`the log can't be read on: ${found.kind}`)
    yield csvOf(found.value.data.map(cellsOf))
    cursor = found.value.next_cursor ?? undefined
  } while (cursor !== undefined)
}

function queryOf(c: SettingsContext): AuditQuery {
  const text = (name: string) => c.req.query(name)?.trim().slice(0, 300) || undefined
  const action = text('what')
  const isKnown = action !== undefined && Object.hasOwn(ACTIONS, action)
  return { author: text('who'), action: isKnown ? action : undefined, subject: text('on') }
}

function cellsOf({ id, at, by, action, subject, detail }: AuditJson): string[] {
  return [id, at, by, action, subject ?? '', detail ?? '']
}
