import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** HubSpot and Salesforce as their documentation describes them, as far as a sync uses them. */

type Fields = Record<string, unknown>
export interface CrmServer {
  readonly url: string
  /** By e-mail, or by external id. */
  readonly records: Map<string, Fields>
  readonly batches: number[]
  /** What was done that their documentation forbids. */
  readonly wrong: string[]
  /** Asked before anything is answered; whether it has answered itself. */
  meddle: (request: IncomingMessage, response: ServerResponse) => boolean
  tokens: number
  close(): Promise<void>
}

export const HUBSPOT_TOKEN = 'pat-eu1-a-token'
export const SALESFORCE_SECRET = 'client:secret'

const send = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body))

async function start(
  answer: (
    server: CrmServer,
    request: IncomingMessage,
    body: string,
    response: ServerResponse,
  ) => void,
): Promise<CrmServer> {
  const http = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('error', () => {})
    request.on('end', () => {
      if (server.meddle(request, response)) return
      answer(server, request, Buffer.concat(chunks).toString('utf8'), response)
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo // it listens on a port
  const server: CrmServer = {
    url: `http://127.0.0.1:${port}`,
    records: new Map(),
    batches: [],
    wrong: [],
    meddle: () => false,
    tokens: 0,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
  return server
}

/** `unwanted` are e-mails that it calls invalid, each by itself, or with all that came with it. */
export function startHubspot(
  unwanted: readonly string[] = [],
  failsWhole = false,
): Promise<CrmServer> {
  const properties = new Map([['email', 'string']])
  return start((server, request, text, response) => {
    const { method, url } = request
    if (request.headers.authorization !== `Bearer ${HUBSPOT_TOKEN}`) {
      return send(response, 401, { status: 'error', category: 'INVALID_AUTHENTICATION' })
    }
    const body = JSON.parse(text)
    if (method === 'POST' && url === '/crm/v3/properties/contacts') {
      const { name, label, groupName, type, fieldType } = body
      if (!/^[a-z][a-z0-9_]*$/.test(name) || !label || groupName !== 'contactinformation')
        server.wrong.push(`property ${text}`)
      const fits = { number: 'number', string: 'text', datetime: 'date' }
      if (fits[type as keyof typeof fits] !== fieldType) server.wrong.push(`property ${text}`)
      if (properties.has(name)) return send(response, 409, { category: 'OBJECT_ALREADY_EXISTS' })
      properties.set(name, type)
      return send(response, 201, body)
    }
    if (method !== 'POST' || url !== '/crm/v3/objects/contacts/batch/upsert') {
      server.wrong.push(`${method} ${url}`)
      return send(response, 404, {})
    }
    const { inputs } = body
    server.batches.push(inputs.length)
    if (inputs.length > 100 || inputs.length === 0) server.wrong.push(`${inputs.length} inputs`)
    const unknown = inputs.flatMap((one: { properties: Fields }) =>
      Object.keys(one.properties).filter((name) => !properties.has(name)),
    )
    if (unknown.length > 0) {
      const errors = [{ code: 'PROPERTY_DOESNT_EXIST' }]
      return send(response, 400, { status: 'error', category: 'VALIDATION_ERROR', errors })
    }
    const isBad = ({ id }: { id: string }) => unwanted.includes(id)
    if (failsWhole && inputs.some(isBad)) {
      return send(response, 400, { status: 'error', category: 'VALIDATION_ERROR' })
    }
    const errors = []
    for (const { id, idProperty, properties: own, objectWriteTraceId } of inputs) {
      if (idProperty !== 'email' || id !== own.email) server.wrong.push(`${id} by ${idProperty}`)
      const context = { objectWriteTraceId: [objectWriteTraceId] }
      if (unwanted.includes(id))
        errors.push({ category: 'VALIDATION_ERROR', context, message: `${id} is no address` })
      else server.records.set(id, own)
    }
    send(response, errors.length > 0 ? 207 : 200, {
      status: 'COMPLETE',
      results: [],
      errors,
      numErrors: errors.length,
    })
  })
}

const FIELDS = [
  'LastName',
  'Email',
  'Pique_Id__c',
  'Pique_Score__c',
  'Pique_Grade__c',
  'Pique_Stage__c',
  'Pique_Engagement__c',
  'Pique_Fit__c',
  'Pique_Reasons__c',
  'Pique_Last_Seen__c',
]

export function startSalesforce(unwanted: readonly string[] = []): Promise<CrmServer> {
  return start((server, request, text, response) => {
    const { method, url } = request
    if (url === '/services/oauth2/token') {
      const form = Object.fromEntries(new URLSearchParams(text))
      const isRight =
        form.grant_type === 'client_credentials' &&
        `${form.client_id}:${form.client_secret}` === SALESFORCE_SECRET
      if (!isRight) return send(response, 400, { error: 'invalid_client' })
      server.tokens += 1
      return send(response, 200, {
        access_token: `00D${server.tokens}`,
        instance_url: server.url,
        token_type: 'Bearer',
      })
    }
    if (request.headers.authorization !== `Bearer 00D${server.tokens}`) {
      return send(response, 401, [{ errorCode: 'INVALID_SESSION_ID', message: 'expired' }])
    }
    const path = /^\/services\/data\/v\d+\.0\/composite\/sobjects\/Contact\/Pique_Id__c$/
    if (method !== 'PATCH' || !path.test(url ?? '')) {
      server.wrong.push(`${method} ${url}`)
      return send(response, 404, [{ errorCode: 'NOT_FOUND' }])
    }
    const { allOrNone, records } = JSON.parse(text)
    server.batches.push(records.length)
    if (records.length > 200 || allOrNone !== false) server.wrong.push(`${records.length} records`)
    const results = records.map(({ attributes, ...own }: Fields) => {
      if ((attributes as Fields | undefined)?.type !== 'Contact' || 'Id' in own)
        server.wrong.push('no type, or an id')
      const unknown = Object.keys(own).find((name) => !FIELDS.includes(name))
      const code = unknown
        ? 'INVALID_FIELD'
        : !own.LastName
          ? 'REQUIRED_FIELD_MISSING'
          : unwanted.includes(String(own.Email))
            ? 'INVALID_EMAIL_ADDRESS'
            : null
      if (code)
        return {
          success: false,
          errors: [{ statusCode: code, message: `${own.Email}`, fields: [] }],
        }
      server.records.set(String(own.Pique_Id__c), own)
      return { id: '003', success: true, errors: [], created: true }
    })
    send(response, 200, results)
  })
}
