import { createHmac, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EventContext, parseBatch, parseEvent } from '../../collector/ingest/parse.ts'
import { remembered } from '../../collector/ingest/remembered.ts'

const NOW = Date.UTC(2026, 4, 5, 10)
const site = { key: 'site', needsSignature: false, signingSecret: 'a signing secret' }
const context: EventContext = {
  receivedAt: NOW,
  sentAt: NOW,
  human: true,
  bot: null,
  isCookieless: false,
  trusted: null,
  site,
}

function parsed(raw: object, rest: Partial<EventContext> = {}) {
  const event = { id: randomUUID(), type: 'page_view', at: NOW - 1000, ...raw }
  return parseEvent(event, 0, { ...context, ...rest })
}

function accepted(raw: object, rest: Partial<EventContext> = {}) {
  const read = parsed(raw, rest)
  if (!read.ok) throw new Error(read.code)
  return read.event
}

describe('nesting', () => {
  const nested = (open: string, close: string, depth: number) =>
    `{"site":"s","events":[${open.repeat(depth)}${close.repeat(depth)}]}`

  test.each([10_000, 30_000])('%i levels are refused before they are parsed', (depth) => {
    const started = performance.now()
    for (const body of [nested('[', ']', depth), '['.repeat(depth), '{"a":'.repeat(depth / 5)]) {
      expect(parseBatch(body)).toEqual({ ok: false, code: 'not_json' })
    }
    expect(performance.now() - started).toBeLessThan(50)
  })

  const ending = String.raw`"\\"`
  const cases: [string, string, boolean][] = [
    ['eight levels are read', nested('[', ']', 6), true],
    ['nine are not', nested('[', ']', 7), false],
    ['of objects neither', nested('{"a":', '}', 7).replace(':}', ':1}'), false],
    ['brackets in texts are text', `{"site":"s","events":[],"x":"${'['.repeat(99)}"}`, true],
    ['after an escaped quote too', `{"site":"s","events":[],"x":"\\"${'['.repeat(99)}"}`, true],
    ['but not after a text that ends in a backslash', `[${ending},${nested('[', ']', 7)}]`, false],
    ['siblings are no levels', `{"site":"s","events":[${Array(50).fill('[{}]')}]}`, true],
  ]
  test.each(cases)('%s', (_, body, isRead) => {
    expect(parseBatch(body).ok).toBe(isRead)
    if (!isRead) expect(parseBatch(body)).toEqual({ ok: false, code: 'not_json' })
  })

  test('every JSON text of few levels is read as without the scan', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), (text) => {
        expect(parseBatch(`{"site":"s","events":[${text}]}`)).toMatchObject({
          ok: true,
          batch: { events: [JSON.parse(text)] },
        })
      }),
    )
  })
})

describe('when a view began', () => {
  const ping = (at: number, viewAt: unknown, rest: Partial<EventContext> = {}) =>
    accepted({ type: 'user_engagement', at, props: { engaged_ms: 1, view_at: viewAt } }, rest)
      .viewAt
  const at = NOW - 1000
  const cases: [string, unknown, number | null][] = [
    ['before the ping', at - 5000, at - 5000],
    ['never after the ping', at + 500, at],
    ['nor in the far future', 8.64e15, at],
    ['unknown where it is before 1970', -1, null],
    ['or at the far end', -8.64e15, null],
    ['or no instant', 1e300, null],
    ['or no number', '2026-05-05', null],
  ]
  test.each(cases)('is %s', (_, viewAt, expected) => {
    expect(ping(at, viewAt)).toBe(expected)
  })

  test('is on a clock that is wrong corrected like the event', () => {
    const skew = 400 * 86_400_000
    expect(ping(at - skew, at - skew - 5000, { sentAt: NOW - skew })).toBe(at - 5000)
  })

  test('whatever the clocks say, no instant is beyond what a date can hold', () => {
    const any = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(8.64e15, -8.64e15, 0, NOW))
    fc.assert(
      fc.property(any, any, any, (when, viewAt, sentAt) => {
        const read = parsed(
          { type: 'user_engagement', at: when, props: { view_at: viewAt } },
          { sentAt: Number.isFinite(sentAt) && Math.abs(sentAt) <= 8.64e15 ? sentAt : null },
        )
        if (!read.ok) return
        const { event } = read
        expect(() => new Date(event.at).toISOString()).not.toThrow()
        expect(event.at).toBeGreaterThanOrEqual(0)
        if (event.viewAt === null) return
        expect(event.viewAt).toBeGreaterThanOrEqual(0)
        expect(event.viewAt).toBeLessThanOrEqual(event.at)
      }),
    )
  })
})

describe('titles', () => {
  const cases: [string, string, string | null][] = [
    ['are masked', 'Order of jane@example.com', 'Order of [email]'],
    [
      'before they are cut',
      `${'a '.repeat(146)}jane.doe@example.com`,
      `${'a '.repeat(146)}[email]`,
    ],
    ['even where little is left', `${'x@a.example '.repeat(240)}victim@b.example`, null],
    ['of white space are none', ' \n ', null],
    ['that need no masking are cut', 'b'.repeat(301), 'b'.repeat(300)],
  ]
  test.each(cases)('%s', (_, raw, expected) => {
    const { title } = accepted({ title: raw })
    if (expected !== null || raw.trim() === '') expect(title).toBe(expected)
    expect(title ?? '').not.toMatch(/jane|victim/)
    expect(accepted({ title }).title).toBe(title)
  })

  test.each([1_990, 1_995, 2_000, 2_005])('an e-mail around %i leaves nothing behind', (at) => {
    const token = '9f86d081884c7d659a2feaa0c55ad015 '
    const front = token.repeat(70).slice(0, at)
    expect(accepted({ title: `${front} victim.person@mail.example` }).title).not.toContain('vict')
  })

  test('cut ones are masked for good', () => {
    const parts = [
      'jane@a.example',
      '4111111111111111',
      '9f86d081884c7d659a2feaa0c55ad015',
      '1',
      ' ',
    ]
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...parts, 'A_b1-', '%40', 'é', '.'), { maxLength: 120 }),
        (words) => {
          const { title } = accepted({ title: words.join('') })
          expect(accepted({ title }).title).toBe(title)
          expect((title ?? '').length).toBeLessThanOrEqual(300)
        },
      ),
    )
  })
})

describe('what is remembered', () => {
  test('a short text is computed once, a long one every time', () => {
    let computed = 0
    const length = remembered(10, (text) => {
      computed += 1
      return text.length
    })
    expect([length('short'), length('short')]).toEqual([5, 5])
    expect(computed).toBe(1)
    const long = 'x'.repeat(60_000)
    expect([length(long), length(long)]).toEqual([60_000, 60_000])
    expect(computed).toBe(3)
  })

  test('and so is one without an answer', () => {
    let computed = 0
    const nothing = remembered(10, () => {
      computed += 1
      return null
    })
    expect([nothing('a'), nothing('a')]).toEqual([null, null])
    expect(computed).toBe(1)
  })
})

describe('event names', () => {
  test.each(['jane@example.com', 'view jane%40example.com', 'paid 4111 1111 1111 1111'])(
    '%s is none',
    (type) => {
      expect(parsed({ type })).toEqual({ ok: false, code: 'invalid_type' })
    },
  )
  test.each(['page_view', 'Order Completed', 'step 2/3', '100 %'])('%s is one', (type) => {
    expect(accepted({ type }).type).toBe(type)
  })
})

describe('a signed claim', () => {
  const HOUR_S = 3600
  const now = NOW / 1000
  const sign = (userId: string, email: string, expires = now + 60) => {
    const message = `v1.${expires}.${site.key}.${userId}.${email}`
    const mac = createHmac('sha256', site.signingSecret).update(message).digest('base64url')
    return `v1.${expires}.${mac}`
  }
  const refusalOf = (props: object) => accepted({ type: 'identify', props }).refusal
  const EMAIL = 'jane.doe@corp.example'

  const proven: [string, object][] = [
    ['an id', { user_id: '42', signature: sign('42', '') }],
    ['an id with dots', { user_id: 'a.b', signature: sign('a.b', '') }],
    ['an e-mail', { email: EMAIL, signature: sign('', EMAIL) }],
    ['both', { user_id: '42', email: EMAIL, signature: sign('42', EMAIL) }],
    ['as typed', { email: 'Jane.Doe@Corp.example', signature: sign('', 'Jane.Doe@Corp.example') }],
    ['or normal', { email: 'Jane.Doe@Corp.example', signature: sign('', EMAIL) }],
    ['for an hour', { user_id: '42', signature: sign('42', '', now + HOUR_S) }],
    ['and a minute of skew', { user_id: '42', signature: sign('42', '', now + HOUR_S + 60) }],
  ]
  test.each(proven)('proves %s', (_, props) => {
    expect(refusalOf(props)).toBeNull()
  })

  const forged: [string, object][] = [
    ['longer than that', { user_id: '42', signature: sign('42', '', now + HOUR_S + 61) }],
    ['expired', { user_id: '42', signature: sign('42', '', now - 1) }],
    ['for another', { user_id: '43', signature: sign('42', '') }],
    [
      'both, where the id has a dot',
      { user_id: 'a.b', email: EMAIL, signature: sign('a.b', EMAIL) },
    ],
    [
      'both, split elsewhere',
      { user_id: 'victim.a', email: 'b@c.example', signature: sign('victim', 'a.b@c.example') },
    ],
    [
      'a part of an id, the rest passed off as an e-mail',
      { user_id: 'victim', email: 'x.', signature: sign('victim.x', '') },
    ],
    [
      'an e-mail with a part of it passed off as an id',
      { user_id: '.', email: 'jane@corp.example', signature: sign('.', 'jane@corp.example') },
    ],
  ]
  test.each(forged)('does not prove %s', (_, props) => {
    expect(refusalOf(props)).toBe('invalid_signature')
  })
})

describe('traits', () => {
  const traitsOf = (traits: object) =>
    accepted({ type: 'identify', props: { user_id: '42', traits } }).claim?.traits

  const cases: [string, object, object][] = [
    ['plain ones stay', { name: 'Jane Doe', plan: 'pro', seats: 5 }, { name: 'Jane Doe', plan: 'pro', seats: 5 }],
    ['Segment’s title is the job title', { title: 'Head of IT' }, { job_title: 'Head of IT' }],
    ['the e-mail is none', { email: 'jane@example.com', Email: 'jane@example.com' }, {}],
    ['cards are masked', { note: '4111 1111 1111 1111', pan: 4111111111111111 }, { note: '[card]', pan: '[card]' }],
    ['other e-mails are dropped', { contact: 'bob@example.com' }, {}],
    ['but under a key that says so', { work_email: 'bob@example.com' }, { work_email: 'bob@example.com' }],
    ['and masked within a text', { note: 'ask bob@example.com' }, { note: 'ask [email]' }],
    ['keys too', { 'bob@example.com': 'friend' }, {}],
    ['secrets are dropped', { password: 'hunter2', access_token: 'x' }, {}],
    ['addresses are cleaned', { avatar: 'https://x.example/a.png?sig=abc' }, { avatar: 'https://x.example/a.png' }],
  ] // biome-ignore format: a table
  test.each(cases)('%s', (_, raw, expected) => {
    expect(traitsOf(raw)).toEqual(expected)
    expect(traitsOf(traitsOf(raw) ?? {})).toEqual(expected)
  })
})

describe('a browser that a program drives', () => {
  const driven = { props: { webdriver: true } }
  const botOf = (raw: object, rest: Partial<EventContext> = {}) => accepted(raw, rest).bot
  test('is told by its page views on real sites', () => {
    expect(botOf({ url: 'https://www.shop.com/pricing', ...driven })).toBe('webdriver')
    expect(botOf({ ...driven })).toBe('webdriver')
    expect(botOf({ url: 'https://www.shop.com/', props: { webdriver: false } })).toBeNull()
    expect(botOf({ url: 'https://www.shop.com/', type: 'search', ...driven })).toBeNull()
  })
  test.each([
    'http://localhost:8787/demo',
    'http://127.0.0.1/',
    'http://[::1]:3000/',
    'https://shop.test/',
    'https://www.shop.example/pricing',
  ])('is the owner who tries something out on %s', (url) => {
    expect(botOf({ url, ...driven })).toBeNull()
  })
  test.each([
    'https://localhost.shop.com/',
    'https://shopexample/',
    'https://example.com/',
    'https://127.0.0.1.shop.com/',
  ])('but not on %s', (url) => {
    expect(botOf({ url, ...driven })).toBe('webdriver')
  })
  test('what its agent says comes first', () => {
    const bot = 'crawler: Googlebot'
    expect(botOf({ url: 'https://www.shop.com/', ...driven }, { bot })).toBe(bot)
  })
})

test('a site that wants signatures refuses an unsigned claim, and says so', () => {
  const strict = { site: { ...site, needsSignature: true } }
  const claim = { type: 'identify', props: { email: 'ann@corp.example' } }
  expect(accepted(claim, strict).refusal).toBe('signature_required')
  expect(accepted(claim).refusal).toBeNull()
  const expires = Math.floor(NOW / 1000) + 600
  const mac = createHmac('sha256', site.signingSecret)
    .update(`v1.${expires}.site..ann@corp.example`)
    .digest('base64url')
  const signed = { ...claim.props, signature: `v1.${expires}.${mac}` }
  expect(accepted({ ...claim, props: signed }, strict).refusal).toBeNull()
})
