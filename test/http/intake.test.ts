import { execFileSync } from 'node:child_process'
import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isProven } from '../../collector/intake/verify.ts'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import type { LeadJson, Page, TimelineSessionJson } from '../../collector/store/shapes.ts'
import { createSqliteReader } from '../../collector/store/sqlite/read/reader.ts'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'
import { CHROME } from '../support/world.ts'

/** Events of providers of e-mail, sent to the started collector as they document it, with real signatures. */

const ANN = 'ann@corp.example'
const place = createPlace()
let collector: RunningCollector

beforeAll(async () => {
  collector = await startBuilt('start', place.store)
  const { data: sites } = await (await collector.api('/sites')).json()
  const props = { email: ANN, evidence: 'form' }
  const event = { id: randomUUID(), type: 'identify', at: Date.now(), session: randomUUID(), props }
  const body = JSON.stringify({
    site: sites[0].key,
    browser: randomUUID(),
    human: true,
    events: [event],
  })
  await fetch(`${collector.url}/e`, { method: 'POST', body, headers: { 'user-agent': CHROME } })
})
afterAll(async () => {
  await collector.stop()
  const reader = createSqliteReader(place.store, createMailDomains('', ''))
  expect((await reader.verify()).differences).toEqual([])
  expect(collector.logs()).not.toContain('@')
  place.remove()
})

const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const publicKey = keys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
const seconds = () => Math.floor(Date.now() / 1000)

/** What the command prints; it runs beside the collector. */
function pique(args: readonly string[], input = ''): Record<string, string> {
  const all = ['dist/pique.js', ...args, '--store', place.store]
  const env = { ...process.env, PIQUE_PUBLIC_URL: collector.url }
  return JSON.parse(execFileSync(process.execPath, all, { input, env, encoding: 'utf8' }))
}
async function added(body: Readonly<Record<string, unknown>>): Promise<Record<string, string>> {
  const headers = { 'content-type': 'application/json' }
  const answer = await collector.api('/intakes', {
    method: 'POST',
    body: JSON.stringify(body),
    headers,
  })
  expect(answer.status).toBe(201)
  return answer.json()
}
async function post(url = '', body: string, headers: Record<string, string> = {}) {
  const { username, password, origin, pathname } = new URL(url)
  const basic = Buffer.from(`${username}:${password}`).toString('base64')
  const answer = await fetch(origin + pathname, {
    method: 'POST',
    body,
    headers: { ...headers, ...(username !== '' && { authorization: `Basic ${basic}` }) },
  })
  return { status: answer.status, ...(await answer.json()) }
}
function bySendGrid(body: string, timestamp = String(seconds())) {
  const signature = sign('sha256', Buffer.from(timestamp + body), keys.privateKey).toString(
    'base64',
  )
  return {
    'x-twilio-email-event-webhook-signature': signature,
    'x-twilio-email-event-webhook-timestamp': timestamp,
  }
}
async function leadOf(email = ANN): Promise<LeadJson> {
  return (await collector.api(`/leads/email:${email}`)).json()
}
async function typesOf(): Promise<string[]> {
  const page: Page<TimelineSessionJson> = await (
    await collector.api(`/leads/email:${ANN}/timeline`)
  ).json()
  return page.data
    .flatMap(({ events }) => events.map(({ type, milli }) => `${type} ${milli}`))
    .sort()
}

const stamp = { timestamp: seconds() - 60, 'smtp-id': '<14c5d75ce93.dfd.64b469@ismtpd-555>' }
const documented = [
  { ...stamp, email: ANN, event: 'processed', sg_event_id: 'p1', sg_message_id: 'm' },
  {
    ...stamp,
    email: ANN,
    event: 'open',
    sg_event_id: 'o1',
    sg_message_id: 'm',
    useragent: 'Mozilla/4.0',
    ip: '255.255.255.255',
  },
  {
    ...stamp,
    email: ANN,
    event: 'click',
    sg_event_id: 'c1',
    sg_message_id: 'm',
    url: 'http://www.sendgrid.com/?to=ann%40corp.example',
  },
  {
    ...stamp,
    email: ANN,
    event: 'bounce',
    sg_event_id: 'b1',
    sg_message_id: 'm',
    reason: '500 unknown recipient',
    status: '5.0.0',
    type: 'bounce',
  },
  {
    ...stamp,
    email: 'Ann@Corp.example',
    event: 'group_unsubscribe',
    sg_event_id: 'u1',
    asm_group_id: 10,
  },
  { ...stamp, email: 'nobody@corp.example', event: 'open', sg_event_id: 'o2', sg_message_id: 'm' },
]

test('SendGrid: what it tells of people that are known is kept, once; clicks and opens score nothing', async () => {
  const { url } = pique(['intake', 'add', 'sendgrid', '--secret-file', '-'], publicKey)
  const body = JSON.stringify(documented)
  const headers = bySendGrid(body)
  expect(await post(url, body, headers)).toEqual({
    status: 202,
    accepted: 4,
    duplicates: 0,
    ignored: 2,
    rejected: 0,
  })
  expect(await post(url, body, headers)).toEqual({
    status: 202,
    accepted: 0,
    duplicates: 4,
    ignored: 2,
    rejected: 0,
  })
  expect(await typesOf()).toEqual([
    'email_bounce 0',
    'email_click 0',
    'email_open 0',
    'identify 3000',
    'unsubscribe -30000',
  ])
  const lead = await leadOf()
  expect(lead.reasons.filter(({ rule }) => rule === 'email_click')).toEqual([])
  expect((await collector.api('/leads/email:nobody@corp.example')).status).toBe(404)
  // One byte, another time, an old one, no signature: nothing of it.
  const edited = body.replace('"o1"', '"o9"')
  expect((await post(url, edited, headers)).code).toBe('hook_unproven')
  const later = { ...headers, 'x-twilio-email-event-webhook-timestamp': String(seconds() + 1) }
  expect((await post(url, body, later)).status).toBe(401)
  const old = bySendGrid(edited, String(seconds() - 25 * 3600))
  expect((await post(url, edited, old)).status).toBe(401)
  expect((await post(url, edited, bySendGrid(edited, String(seconds() + 3600)))).status).toBe(401)
  expect((await post(url, edited)).status).toBe(401)
  expect((await typesOf()).length).toBe(5)
  const { data } = await (await collector.api(`/leads/email:${ANN}/identities`)).json()
  expect(JSON.stringify(data)).toContain('email_event')
  expect(data.map(({ browser }: { browser: string }) => browser).join()).not.toContain('ann')
})

test('SendGrid’s own example of a signature is right, and only with its body', () => {
  const key =
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA=='
  const headers: Record<string, string> = {
    'x-twilio-email-event-webhook-signature':
      'MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=',
    'x-twilio-email-event-webhook-timestamp': '1588788367',
  }
  const body = JSON.stringify({
    category: 'example_payload',
    event: 'test_event',
    message_id: 'message_id',
  })
  const sent = { header: (name: string) => headers[name], body, now: 1_588_788_400_000 }
  expect(isProven('sendgrid', key, sent)).toBe(true)
  expect(isProven('sendgrid', key, { ...sent, body: `${body} ` })).toBe(false)
})

test('a thousand events in one body are taken, of people that are to become leads too', async () => {
  const { url } = await added({ provider: 'sendgrid', secret: publicKey, creates_leads: true })
  const events = Array.from({ length: 1000 }, (_, i) => ({
    ...{ ...stamp, email: `p${i % 250}@many.example`, event: i % 2 ? 'click' : 'unsubscribe' },
    sg_event_id: `many-${i}`,
  }))
  const body = JSON.stringify(events)
  const headers = bySendGrid(body)
  expect(await post(url, body, headers)).toMatchObject({ status: 202, accepted: 1000, rejected: 0 })
  expect(await post(url, body, headers)).toMatchObject({ accepted: 0, duplicates: 1000 })
  expect((await leadOf('p7@many.example')).email).toBe('p7@many.example')
})

test('Postmark: by the password in its address', async () => {
  const { url = '' } = pique(['intake', 'add', 'postmark'])
  expect(url).toMatch(/^http:\/\/pique:\w{30,}@127\.0\.0\.1:\d+\/hooks\/[0-9a-f]{32}$/)
  const at = new Date().toISOString()
  const message = {
    ServerID: 23,
    MessageStream: 'outbound',
    MessageID: '883953f4-6105-42a2-a16a-77a8eac79483',
  }
  const records = [
    { RecordType: 'Open', FirstOpen: true, Recipient: ANN, ReceivedAt: at },
    {
      RecordType: 'Click',
      ClickLocation: 'HTML',
      OriginalLink: 'https://example.com',
      Recipient: ANN,
      ReceivedAt: at,
    },
    { RecordType: 'Bounce', ID: 42, Type: 'HardBounce', Email: ANN, BouncedAt: at },
    { RecordType: 'SpamComplaint', ID: 43, Type: 'SpamComplaint', Email: ANN, BouncedAt: at },
    {
      RecordType: 'SubscriptionChange',
      Recipient: ANN,
      ChangedAt: at,
      SuppressSending: true,
      SuppressionReason: 'ManualSuppression',
      Origin: 'Recipient',
    },
    {
      FromFull: { Email: ANN, Name: 'Ann' },
      From: ANN,
      Date: 'Thu, 5 Apr 2026 16:59:01 +0200',
      Subject: 'Re: hello',
    },
  ]
  for (const one of records) {
    const body = JSON.stringify({ ...message, ...one })
    expect(await post(url, body)).toMatchObject({ status: 202, accepted: 1 })
    expect(await post(url, body)).toMatchObject({ status: 202, duplicates: 1 })
  }
  const nothing = [
    { RecordType: 'Delivery', Recipient: ANN, DeliveredAt: at },
    {
      RecordType: 'SubscriptionChange',
      Recipient: ANN,
      ChangedAt: at,
      SuppressSending: true,
      SuppressionReason: 'HardBounce',
    },
    {
      RecordType: 'SubscriptionChange',
      Recipient: ANN,
      ChangedAt: at,
      SuppressSending: false,
      SuppressionReason: null,
    },
  ]
  for (const one of nothing) {
    expect(await post(url, JSON.stringify({ ...message, ...one }))).toMatchObject({
      accepted: 0,
      ignored: 1,
    })
  }
  expect((await post(url.replace(/:(\w+)@/, ':x$1@'), '{}')).status).toBe(401)
  expect((await post(url.replace(/pique:\w+@/, ''), '{}')).status).toBe(401)
  expect(await typesOf()).toContain('email_reply 0')
})

test('Mailgun: its token goes with one body', async () => {
  const { url } = await added({ provider: 'mailgun', secret: 'a signing key' })
  const told = (
    id: string,
    more: object,
    token: string = randomUUID(),
    timestamp = String(seconds()),
  ) => {
    const signature = createHmac('sha256', 'a signing key')
      .update(timestamp + token)
      .digest('hex')
    const data = { id, timestamp: seconds() - 5.25, recipient: ANN, ...more }
    return JSON.stringify({ signature: { timestamp, token, signature }, 'event-data': data })
  }
  const opened = told('Ase7i2zsRYeDXztHGENqRA', { event: 'opened' }, 'token-1')
  expect(await post(url, opened)).toMatchObject({ status: 202, accepted: 1 })
  expect(await post(url, opened)).toMatchObject({ status: 202, duplicates: 1 })
  expect((await post(url, opened.replace('Ase7', 'Bse7'))).status).toBe(401)
  for (const more of [
    { event: 'clicked', url: 'http://mailgun.com/x' },
    { event: 'failed', severity: 'permanent' },
    { event: 'unsubscribed' },
    { event: 'complained' },
  ]) {
    expect(await post(url, told(`id-${more.event}`, more))).toMatchObject({ accepted: 1 })
  }
  for (const more of [{ event: 'failed', severity: 'temporary' }, { event: 'delivered' }]) {
    expect(await post(url, told('x', more))).toMatchObject({ accepted: 0, ignored: 1 })
  }
  const fresh = told('y', { event: 'opened' })
  expect((await post(url, fresh.replace('"signature":"', '"signature":"0'))).status).toBe(401)
  expect(
    (await post(url, told('z', { event: 'opened' }, 't', String(seconds() - 90_000)))).status,
  ).toBe(401)
  expect((await post(url, '{}')).status).toBe(401)
})

test('any other: by a mapping, with a Standard Webhooks signature or a bearer', async () => {
  const file = join(place.store, '..', 'mapping.yaml')
  writeFileSync(
    file,
    'list: data.events\nemail: who.mail\nevent: kind\nid: uid\nat: when\nnames: { Replied: replied, Left: unsubscribed }\n',
  )
  const { url, secret = '', id } = pique(['intake', 'add', 'generic', '--mapping', file])
  const body = JSON.stringify({
    data: {
      events: [
        { kind: 'Replied', uid: 1, when: new Date().toISOString(), who: { mail: ANN } },
        { kind: 'constructor', uid: 2, when: seconds(), who: { mail: ANN } },
        { kind: 'Left', uid: 3, when: Date.now(), who: { mail: 'no address' } },
      ],
    },
  })
  const now = new Date()
  const signature = new Webhook(secret).sign('msg_1', now, body)
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': signature,
  }
  expect(await post(url, body, headers)).toMatchObject({ status: 202, accepted: 1, ignored: 2 })
  expect((await post(url, `${body} `, headers)).status).toBe(401)
  expect(await post(url, body, { authorization: `Bearer ${secret}` })).toMatchObject({
    duplicates: 1,
  })
  expect((await post(url, body, { authorization: `Bearer ${secret}x` })).status).toBe(401)
  const bearer = { authorization: `Bearer ${secret}` }
  expect((await post(url, `{"data":${'['.repeat(50)}${']'.repeat(50)}}`, bearer)).code).toBe(
    'not_json',
  )
  const { data } = await (await collector.api('/intakes')).json()
  expect(JSON.stringify(data)).not.toContain(secret)
  expect((await collector.api(`/intakes/${id}`, { method: 'DELETE' })).status).toBe(204)
  expect((await post(url, body, bearer)).status).toBe(404)
})
