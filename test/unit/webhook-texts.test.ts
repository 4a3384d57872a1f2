import { describe, expect, test } from 'vitest'
import {
  contentTypeOf,
  FORMATS,
  type Manner,
  maskedAddress,
  messageOf,
  problemOfText,
  selectionOf,
  TEXT_EXAMPLES,
  testMessageOf,
} from '../../collector/webhooks/kinds.ts'
import { type BodyOptions, EVENT_TYPES, type News } from '../../collector/webhooks/news.ts'
import { judgeAnswer, type PostAnswer } from '../../collector/webhooks/schedule.ts'
import { dialectOf, problemOfTemplate } from '../../collector/webhooks/template.ts'
import { HOSTILE_STRINGS } from '../support/hostile-strings.ts'
import { XSS_PAYLOADS } from '../support/xss-payloads.ts'

/** Duty 77: what people read of a lead, and that nothing which was tracked is more than text to them. */

const AT = Date.UTC(2026, 5, 10, 12)
const scored = {
  stage: 'mql' as const,
  scoreMilli: 104_321,
  reasons: [
    { rule: 'visit', label: 'Came back', milli: 12_000, count: 6 },
    { rule: 'pricing_time', label: 'Time on pricing pages', milli: 60_421, engaged_ms: 184_000 },
    { rule: 'hand_raise', label: 'Asked to talk', milli: 35_000, count: 1 },
    { rule: 'visit', kind: 'cap' as const, label: 'Cap', milli: -3_100 },
    { kind: 'adjustment' as const, label: 'Met <Ada> at a fair', milli: 20_000 },
  ],
  fit: { points: 45, letter: 'A' as const },
  modelVersion: 3,
}
const moved: News = {
  ...{ type: 'lead.stage_changed', lead: 7, at: AT, scored, from: 'lead', to: 'mql' },
  ...{ by: 'score', note: 'Call her <soon>' },
}
const told = (name: string, more: Partial<BodyOptions> = {}): BodyOptions => ({
  person: {
    ...{ site: 1, email: 'ada@corp.example', userId: 'u-7', name },
    traits: { company: 'Corp & Sons', job_title: 'Head of <Engines>' },
  },
  sequence: 2,
  isFull: true,
  ...more,
})
const slack: Manner = { format: 'slack', template: null, host: 'hooks.slack.com' }
const text = (template: string, host = 'example.com'): Manner => ({
  ...{ format: 'template', template, host },
})

// biome-ignore lint/suspicious/noExplicitAny: read as Slack reads it
const read = (body: string): any => JSON.parse(body)
/** As Slack shows it: its three entities are characters again. */
const shown = (one: string) =>
  one.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&')

describe('Slack', () => {
  test('is told who, what, how warm and why, and nobody’s data unasked', () => {
    const thin = messageOf(slack, moved, told('Ada Lovelace', { isFull: false }))
    expect(thin).toMatchInlineSnapshot(
      `"{"text":"Lead ld_7 is now marketing-qualified · Stage: Lead → Marketing-qualified · Score: 104.3 · Grade: A1 (excellent fit, hot)","unfurl_links":false,"unfurl_media":false,"blocks":[{"type":"header","text":{"type":"plain_text","text":"Lead ld_7 is now marketing-qualified","emoji":false}},{"type":"section","fields":[{"type":"plain_text","text":"Stage: Lead → Marketing-qualified","emoji":false},{"type":"plain_text","text":"Score: 104.3","emoji":false},{"type":"plain_text","text":"Grade: A1 (excellent fit, hot)","emoji":false}]},{"type":"section","text":{"type":"plain_text","text":"Why:\\nTime on pricing pages +60.4 (3 min 4 s)\\nAsked to talk +35.0 (1 request)\\nAdjusted by hand +20.0","emoji":false}},{"type":"section","text":{"type":"mrkdwn","text":"<https://pique.invalid/leads/ld_7|Open the lead in Pique>","verbatim":true}}]}"`,
    )
    expect(thin).not.toMatch(/ada|corp|engines|fair|soon|u-7/i)
    const full = read(messageOf(slack, moved, told('Ada Lovelace')))
    expect(full.text).toMatch(/^Ada Lovelace is now marketing-qualified · Stage: Lead → /)
    expect(JSON.stringify(full)).toMatch(
      /ada@corp\.example.*Met &lt;Ada&gt;.*Call her &lt;soon&gt;/,
    )
  })

  test('takes what was tracked for text, within its limits', () => {
    const links = [
      '<!channel>',
      '<@U123>',
      '<https://evil.example|click>',
      '&lt;!here&gt;',
      '*x* `y`',
    ]
    for (const name of [...XSS_PAYLOADS, ...HOSTILE_STRINGS, ...links, '<&>'.repeat(3000)]) {
      const body = read(messageOf(slack, moved, told(name)))
      expect(body.blocks.length).toBeLessThanOrEqual(50)
      const texts = body.blocks.flatMap((one: { text?: object; fields?: object[] }) => [
        ...(one.text ? [one.text] : []),
        ...(one.fields ?? []),
      ])
      for (const one of texts) {
        expect(one.text.length).toBeLessThanOrEqual(3000)
        // The link to the lead is the only mark-up, and holds nothing that was tracked.
        if (one.type === 'mrkdwn') {
          expect(one).toMatchObject({ verbatim: true })
          expect(one.text).toBe('<https://pique.invalid/leads/ld_7|Open the lead in Pique>')
        } else
          expect([one.emoji, one.text.replace(/&(amp|lt|gt);/g, '')]).toEqual([
            false,
            expect.not.stringMatching(/[<>&]/),
          ])
      }
      expect(body.blocks[0].text.text.length).toBeLessThanOrEqual(150)
      expect(body.text.replace(/&(amp|lt|gt);/g, '')).not.toMatch(/[<>&]/)
      const [line = ''] = [name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()]
      if (line !== '' && line.length < 60) {
        expect(shown(body.blocks[0].text.text)).toBe(`${line} is now marketing-qualified`)
      }
    }
  })

  test('is told of new MQLs and SQLs and of bars, unless somebody chose', () => {
    expect(selectionOf('slack', null)).toEqual({
      events: ['lead.stage_changed', 'lead.score_crossed'],
      stages: ['mql', 'sql'],
    })
    expect(selectionOf('slack', ['lead.merged'])).toEqual({ events: ['lead.merged'], stages: null })
    expect(selectionOf('template', null)).toEqual({ events: EVENT_TYPES, stages: null })
  })

  const fresh = { lane: 1, tries: 0, toldAt: AT, failingSince: null, failures: 0 }
  test.each<[number, string | undefined, string, RegExp]>([
    [200, 'ok', 'delivered', /^$/],
    [400, 'invalid_payload', 'parked', /can not read the message \(invalid_payload\)/],
    [400, 'invalid_blocks', 'parked', /invalid_blocks/],
    [403, 'action_prohibited', 'waiting', /does not let webhooks write/],
    [403, 'invalid_token', 'gone', /known no more/],
    [404, 'no_service', 'gone', /make a new one in Slack/],
    [404, undefined, 'waiting', /^answered 404$/],
    [410, 'channel_is_archived', 'gone', /archived/],
    [429, 'rate_limited', 'waiting', /too many/],
    [500, 'rollup_error', 'waiting', /^answered 500$/],
  ])('that answers %i %s', (status, word, kind, words) => {
    const answer: PostAnswer = {
      ...{ kind: 'answered', status, retryAfter: status === 429 ? '30' : null },
      ...(word && { word }),
    }
    const judged = judgeAnswer({ ...fresh, format: 'slack' }, answer, { now: AT, random: 0.5 })
    expect([judged.became.kind, judged.error ?? '']).toEqual([kind, expect.stringMatching(words)])
    if (status === 429) expect(judged).toMatchObject({ became: { dueAt: AT + 30_000 } })
  })

  test('has an address of which no list shows the secret', () => {
    const secret = 'https://hooks.slack.com/services/T00000000/B00000000/abcdefghijklmnopqrstWXYZ'
    expect(maskedAddress(secret)).toBe('https://hooks.slack.com/…WXYZ')
    expect(maskedAddress('https://example.com/x?key=short')).toBe('https://example.com/…')
    expect(maskedAddress('https://example.com/')).toBe('https://example.com/')
  })
})

describe('a text of one’s own', () => {
  const OWN = '{"msg":"{{lead.name}} is {{stage}}: {{reasons}}"}'
  test('says what its fields say', () => {
    expect(messageOf(text(OWN), moved, told('Ada'))).toBe(
      '{"msg":"Ada is Marketing-qualified: Time on pricing pages +60.4 (3 min 4 s); Asked to talk +35.0 (1 request); Met \\u003cAda\\u003e at a fair +20.0"}',
    )
    expect(read(messageOf(text(OWN), moved, told('Ada', { isFull: false }))).msg).toBe(
      'Lead ld_7 is Marketing-qualified: Time on pricing pages +60.4 (3 min 4 s); Asked to talk +35.0 (1 request); Adjusted by hand +20.0',
    )
    expect(contentTypeOf(text(OWN))).toBe('application/json')
    expect(contentTypeOf(text('{{what}}'))).toBe('text/plain; charset=utf-8')
    expect(contentTypeOf(slack)).toBe('application/json')
  })

  test('stays what it is, whatever was tracked', () => {
    const chats = [
      '[x](https://evil.example)',
      '@everyone',
      '**bold**',
      '{{lead.email}}',
      '","x":"',
    ]
    for (const name of [...XSS_PAYLOADS, ...HOSTILE_STRINGS, ...chats]) {
      const json = messageOf(text('{"a":"{{lead.name}}","b":1}'), moved, told(name))
      expect(json).not.toMatch(/[<>&]/)
      const line = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
      const who = line === '' ? 'Lead ld_7' : line
      expect(Object.keys(read(json))).toEqual(['a', 'b'])
      expect(read(json).a).toEqual(
        !/\p{Cs}/u.test(who) && who.length <= 500 ? who : expect.any(String),
      )
    }
    const discord = text('{{lead.name}}', 'discord.com')
    const said = (name: string, manner = discord) => messageOf(manner, moved, told(name))
    expect(said('[x](https://evil.example)')).toBe('\\[x\\]\\(https\\://evil.example\\)')
    expect(said('@everyone **hi** <@1>')).toBe('@\u200beveryone \\*\\*hi\\*\\* \\<@1\\>')
    expect(said('<!channel>', text('{{lead.name|slack}}'))).toBe('&lt;!channel&gt;')
    expect(said('<!channel>', text('{{ lead.name }}', 'hooks.slack.com'))).toBe('&lt;!channel&gt;')
    expect(said('ada@here.com', discord)).toBe('ada@here.com')
    expect(dialectOf('acme.webhook.office.com')).toBe('markdown')
    expect(dialectOf('notslack.com')).toBeNull()
  })

  test.each<[string, RegExp]>([
    ['', /^is empty/],
    ['x'.repeat(4001), /4001 characters; at most 4000/],
    ['{{lead.nmae}}', /did you mean \{\{lead\.name\}\}\? Fields are what, lead\.name/],
    ['{{constructor}}', /which is no field\. Fields/],
    ['{{__proto__}}', /no field/],
    ['{{#each leads}}', /no field/],
    ['{{{lead.name}}', /^$/],
    ['{{what|html}}', /after \| stands slack or markdown/],
    ['Hi {{what', /\{\{ without a field/],
    ['{{what}}'.repeat(101), /more than 100/],
  ])('%.20s', (template, words) => {
    expect(problemOfTemplate(template) ?? '').toMatch(words)
  })

  test.each<[string, RegExp]>([
    ['{"a":"{{what}}"', /has to be JSON.*for lead\.identified/],
    ['{"a":{{lead.name}}}', /has to be JSON/],
    ['{"a":{{bar}}}', /within quotes/],
    ['{"a":{{score}}}', /for lead\.erased it is not/],
    ['{"a":"{{note}}","b":{"c":"{{what}}"}}', /^$/],
    ['[Pique] {{what}}', /^$/],
  ])('%s', (template, words) => {
    expect(problemOfText(template, null) ?? '').toMatch(words)
  })

  test('may name a number without quotes where it is never empty', () => {
    expect(problemOfText('{"a":{{score}}}', ['lead.stage_changed'])).toBeNull()
    expect(problemOfText('{"a":{{bar}}}', ['lead.score_crossed'])).toBeNull()
  })

  test.each(TEXT_EXAMPLES.map(({ key, template }) => [key, template]))('for %s', (_, template) => {
    expect(problemOfText(template, null)).toBeNull()
    const body = messageOf(text(template), moved, told('<Ada> [x](y)'))
    expect(body).toContain('https://pique.invalid/leads/ld_7')
  })
})

test('a test says that it is one, in every format', () => {
  for (const format of FORMATS) {
    const manner: Manner = { format, template: '{{what}} {{type}}', host: '' }
    expect(testMessageOf(manner, 'wh_1', AT)).toMatch(/pique\.test|is a test from Pique/)
  }
})
