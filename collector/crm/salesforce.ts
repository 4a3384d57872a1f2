import { type PostAnswer, wishOf } from '../webhooks/schedule.ts'
import { placeProblem, recordOf } from './mapping.ts'
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
 * Salesforce: contacts or leads by an external id, two hundred a request, with a token that an id and a
 * secret are changed into. Fields are made by an administrator there; what is missing is said.
 */

const MOST = 200
const VERSION = 'v62.0'
/** What is full now and has room later. */
const BUSY: readonly string[] = [
  'REQUEST_LIMIT_EXCEEDED',
  'SERVER_UNAVAILABLE',
  'UNABLE_TO_LOCK_ROW',
]
const LIMIT_WAIT_MS = 15 * 60_000
/** A mapping that is not right for anybody. */
const MISSING: readonly string[] = ['INVALID_FIELD', 'INVALID_TYPE', 'NOT_FOUND']

interface Token {
  readonly url: string
  readonly token: string
}

export const createSalesforce: MakeVendor = ({
  settings,
  secret,
  poster,
  targets,
  clock,
  signal,
}) => {
  const { url, object, id } = settings
  let token: Token | null = null

  async function renew(): Promise<Token | Sent> {
    const cut = secret.indexOf(':')
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: secret.slice(0, Math.max(cut, 0)),
      client_secret: secret.slice(cut + 1),
    })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const letter = { url: `${url}/services/oauth2/token`, headers, body: form.toString(), signal }
    const answer = await poster.post({ ...letter, keepsAnswer: true })
    if (answer.kind === 'failed' || answer.status >= 500 || answer.status === 429) {
      return laterOf(answer, answer.kind === 'failed' ? 0 : wishOf(answer, clock()))
    }
    const { access_token: made, instance_url: place = url } = membersOf(bodyOf(answer))
    if (answer.status !== 200 || typeof made !== 'string' || typeof place !== 'string') {
      return { kind: 'stopped', error: 'the client id or secret is not accepted' }
    }
    if (placeProblem('salesforce', place, targets) !== null) {
      return { kind: 'stopped', error: 'it names a place that is not its own' }
    }
    return { url: new URL(place).origin, token: made }
  }

  async function patch(records: readonly object[], isAgain = false): Promise<PostAnswer | Sent> {
    if (token === null) {
      const made = await renew()
      if ('kind' in made) return made
      token = made
    }
    const answer = await poster.post({
      url: `${token.url}/services/data/${VERSION}/composite/sobjects/${object}/${id}`,
      method: 'PATCH',
      headers: { authorization: `Bearer ${token.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ allOrNone: false, records }),
      keepsAnswer: true,
      signal,
    })
    if (answer.kind === 'failed' || answer.status !== 401) return answer
    token = null
    return isAgain ? { kind: 'stopped', error: 'the token is not accepted' } : patch(records, true)
  }

  return {
    most: MOST,
    mayHave: () => true,
    prepare: async () => DONE,
    async send(leads) {
      const records = leads.map((lead) => ({
        attributes: { type: object },
        ...recordOf(lead, settings),
        [id]: lead.id,
      }))
      const answer = await patch(records)
      if (answer.kind === 'failed') return laterOf(answer, 0)
      if (answer.kind !== 'answered') return answer
      const body = bodyOf(answer)
      if (answer.status === 200) return judge(listOf(body), leads)
      const code = codeOf(membersOf(listOf(body)[0]).errorCode)
      if (BUSY.includes(code)) {
        return { kind: 'later', error: code, waitMs: LIMIT_WAIT_MS }
      }
      if (answer.status === 403) return { kind: 'stopped', error: `it may not do this: ${code}` }
      if (answer.status >= 500 || answer.status === 429) {
        return laterOf(answer, wishOf(answer, clock()))
      }
      return { kind: 'stopped', error: `the mapping does not fit: ${code}` }
    },
  }
}

/** Results come in the order of the records. */
function judge(results: readonly unknown[], leads: readonly { readonly id: string }[]): Sent {
  const failed = leads.flatMap(({ id: lead }, i) => {
    const { success, errors } = membersOf(results[i])
    const why = codeOf(membersOf(listOf(errors)[0]).statusCode)
    return success === true ? [] : [{ lead, why }]
  })
  const busy = failed.find(({ why }) => BUSY.includes(why))
  if (busy) return { kind: 'later', error: busy.why, waitMs: 0 }
  const missing = failed.length === leads.length && failed.find(({ why }) => MISSING.includes(why))
  if (missing) return { kind: 'stopped', error: `the mapping does not fit: ${missing.why}` }
  return { kind: 'taken', refused: failed }
}
