import type { LeadJson } from '../store/shapes.ts'
import { type PostAnswer, wishOf } from '../webhooks/schedule.ts'
import { isNumber, recordOf } from './mapping.ts'
import {
  bodyOf,
  codeOf,
  DONE,
  laterOf,
  listOf,
  type MakeVendor,
  membersOf,
  type Sent,
} from './vendor.ts'

/**
 * HubSpot: contacts by their e-mail, a hundred a request, with the token of a private app. One bad contact
 * may fail its batch (400), or is told apart (207); then the rest is there.
 */

const MOST = 100

export const createHubspot: MakeVendor = ({ settings, secret, poster, clock, signal }) => {
  const { url, object, id, fields } = settings
  const headers = {
    authorization: `Bearer ${secret}`,
    'content-type': 'application/json',
    'user-agent': 'Pique-Sync',
  }
  const post = (path: string, body: unknown) =>
    poster.post({
      url: `${url}${path}`,
      headers,
      body: JSON.stringify(body),
      keepsAnswer: true,
      signal,
    })

  /** What both kinds of requests may be told; null for what is of one kind. */
  function refusalOf(answer: PostAnswer): Sent | null {
    if (answer.kind === 'failed') return laterOf(answer, 0)
    if (answer.status === 401) return stopped('the token is not accepted')
    if (answer.status === 403)
      return stopped(
        'the token may not do this: it needs crm.objects.contacts.write and crm.schemas.contacts.write',
      )
    if (answer.status === 429 || answer.status >= 500)
      return laterOf(answer, wishOf(answer, clock()))
    return null
  }

  function isMissing(body: unknown): boolean {
    return JSON.stringify(body ?? '').includes('PROPERTY_DOESNT_EXIST')
  }

  return {
    most: MOST,
    mayHave: ({ email }) => email !== null,
    async prepare() {
      for (const [name, source] of Object.entries(fields)) {
        const [type, fieldType] = isNumber(source) ? ['number', 'number'] : ['string', 'text']
        const isTime = source === 'last_seen'
        const answer = await post(`/crm/v3/properties/${object}`, {
          name,
          label: labelOf(name),
          groupName: 'contactinformation',
          type: isTime ? 'datetime' : type,
          fieldType: isTime ? 'date' : fieldType,
        })
        const refusal = refusalOf(answer)
        if (refusal) return refusal
        // 409: it is there already.
        const isThere = answer.kind === 'answered' && [200, 201, 409].includes(answer.status)
        if (!isThere) return stopped(`the property ${name} could not be made`)
      }
      return DONE
    },
    async send(leads) {
      const inputs = leads.map((lead) => ({
        id: lead.email,
        idProperty: id,
        objectWriteTraceId: lead.id,
        properties: withoutNull({ ...recordOf(lead, settings), email: lead.email }),
      }))
      const answer = await post(`/crm/v3/objects/${object}/batch/upsert`, { inputs })
      const refusal = refusalOf(answer)
      if (refusal || answer.kind !== 'answered') return refusal ?? laterOf(answer, 0)
      const body = bodyOf(answer)
      if (answer.status === 207) return { kind: 'taken', refused: refusedIn(body, leads) }
      if (answer.status >= 200 && answer.status < 300) return DONE
      if (isMissing(body)) return stopped('a property of the mapping is not there')
      const why = codeOf(membersOf(body).category)
      const [only] = leads
      if (leads.length > 1) return { kind: 'apart', error: why }
      return { kind: 'taken', refused: only ? [{ lead: only.id, why }] : [] }
    },
  }
}

/** Whom the errors of a 207 name: by what we called the write, or by the e-mail. */
function refusedIn(body: unknown, leads: readonly LeadJson[]) {
  return listOf(membersOf(body).errors).flatMap((one) => {
    const { category, context } = membersOf(one)
    const named = new Set(Object.values(membersOf(context)).flatMap(listOf))
    const own = leads.filter(({ id, email }) => named.has(id) || named.has(email))
    return own.map(({ id: lead }) => ({ lead, why: codeOf(category) }))
  })
}

/** An empty text clears a property. */
function withoutNull(record: Readonly<Record<string, string | number | boolean | null>>) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, value ?? '']))
}

function labelOf(name: string): string {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function stopped(error: string): Sent {
  return { kind: 'stopped', error }
}
