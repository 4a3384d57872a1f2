import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACTIVITY_REF } from '../../collector/scoring/match.ts'
import { matcherOf } from '../../collector/scoring/matcher.ts'
import {
  type Model,
  modelYaml,
  type ParsedModel,
  parseModel,
  type RuleSpec,
  readModel,
} from '../../collector/scoring/model.ts'
import { createWorld, defaultModelYaml, eventAt } from '../support/world.ts'

const problemsIn = (parsed: ParsedModel) => (parsed.ok ? [] : parsed.problems)
const problemsOf = (yaml: string) => problemsIn(parseModel(yaml))
const warningsOf = (parsed: ParsedModel) => (parsed.ok ? (parsed.warnings ?? []) : ['not ok'])

function modelOf(yaml: string): Model {
  const parsed = parseModel(yaml)
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'))
  return parsed.model
}

/** The rule is on line 5. */
const modelWith = (rule: string) => `name: Test
mql: { enter: 100, exit: 60, dwell_days: 14, cool_down_days: 30, min_fit: C, min_active_days: 2 }
pages: { key: ["/pricing*"] }
rules:
  - { id: a, label: A, points: 1, half_life_days: 7, ${rule} }
`
const shortest = modelWith('on: x')

describe('a model file', () => {
  test('the default one is fine, and nothing in it is unusual', () => {
    expect(parseModel(defaultModelYaml())).toEqual({ ok: true, model: expect.anything() })
  })
  test('what is left out is as in the default model', () => {
    const { mql, fit, exclude, pages } = modelOf(
      'name: T\nrules:\n  - { id: a, label: A, on: x, points: 1, half_life_days: 7 }',
    )
    expect(mql).toEqual(modelOf(defaultModelYaml()).mql)
    expect({ fit, pages }).toEqual({ fit: { cap: 70, rules: [] }, pages: {} })
    expect(exclude).toEqual({
      ...{ email_domains: [], competitors: [], emails: [] },
      ...{ free_mail: false, disposable_mail: false },
    })
    expect(modelOf(`${shortest}mql: { enter: 80 }`.replace(/^mql.*\n/m, '')).mql).toMatchObject({
      ...{ enter: 80, exit: 60 },
    })
  })
  test('JSON is YAML, anchors are followed, and one text may stand for a list of one', () => {
    expect(modelOf(JSON.stringify(modelOf(shortest), null, 2))).toEqual(modelOf(shortest))
    const twins = `${shortest.replace('on: x', 'on: x, where: &w { path: /a*, source: google }')}
  - { id: b, label: B, on: y, points: 1, half_life_days: 7, where: *w }`
    expect(modelOf(twins).rules.map(({ where }) => where)).toEqual([
      { path: ['/a*'], source: ['google'] },
      { path: ['/a*'], source: ['google'] },
    ])
  })
  test('a byte order mark before it is no part of it, and moves no line', () => {
    expect(modelOf(`\uFEFF${shortest}`)).toEqual(modelOf(shortest))
    const flawed = shortest.replace('half_life_days: 7', 'half_life: 7')
    expect(problemsOf(`\uFEFF${flawed}`)).toEqual(problemsOf(flawed))
    expect(problemsOf(`\uFEFF${flawed}`)[0]).toMatch(/^line 5: /)
    const padded = shortest.padEnd(256 * 1024 - 3, '#')
    expect(problemsOf(`\uFEFF${padded}`)).toEqual([])
    expect(problemsOf(`\uFEFF${padded}#`)).toEqual([expect.stringContaining('is longer than')])
  })
  test('who is excluded: domains however they are written, addresses, and kinds of mail', () => {
    const lists =
      'email_domains: acme.example, competitors: ["@a.example", "*.b.example", "*@c.example"]'
    expect(
      modelOf(`${shortest}exclude: { ${lists}, emails: ["*+test@*"], free_mail: true }`).exclude,
    ).toEqual({
      email_domains: ['acme.example'],
      competitors: ['@a.example', '*.b.example', '*@c.example'],
      emails: ['*+test@*'],
      free_mail: true,
      disposable_mail: false,
    })
  })

  const start = 'line 5: rules "a": '
  const cases: [string, string[]][] = [
    ['on: [x, y]', []],
    ['on: x, where: { page: key }', []],
    ['on: x, where: { props: { a: 1 } }', []],
    ['on: engaged_time, saturation_s: 60, where: { page: key }', []],
    ['on: [x, y, x]', ['on has "x" twice; expected each name once']],
    [
      'on: [x, x, x, y, y]',
      ['on has "x" twice; expected each name once', 'on has "y" twice; expected each name once'],
    ],
    ...['none', 'toString', 'constructor', '__proto__', 'hasOwnProperty'].map(
      (page): [string, string[]] => [
        `on: x, where: { page: ${page} }`,
        [`where.page is "${page}", but pages has no such group; expected one of key`],
      ],
    ),
    [
      'on: x, where: { page: keys }',
      [
        'where.page is "keys", but pages has no such group; expected one of key; did you mean `key`?',
      ],
    ],
    [
      'on: engaged_time, saturation_s: 60, where: { props: { a: 1 } }',
      ['where.props is a group of keys; expected none with engaged_time: time has no props'],
    ],
    [
      'on: engaged_time, saturation_s: 60, hand_raise: true',
      ['hand_raise is true; expected false with engaged_time: to read is not to ask'],
    ],
    [
      'on: engaged_time',
      [
        'saturation_s is missing; expected with engaged_time: the seconds until 63 % of the points, such as 60',
      ],
    ],
    [
      'on: x, saturation_s: 60',
      ['saturation_s is 60; expected only where on is engaged_time: remove it'],
    ],
    [
      'on: [engaged_time, x], saturation_s: 60',
      ['on is a list; expected engaged_time alone: write a rule of its own for the others'],
    ],
    [
      'on: []',
      [
        'on is an empty list; expected the name of an event or a list of at most 100, such as page_view',
      ],
    ],
  ]
  test.each(cases)('%s', (rule, expected) => {
    expect(problemsOf(modelWith(rule))).toEqual(expected.map((problem) => start + problem))
  })
})

/** Each is a file that somebody could have written, and all that is said of it. */
const WRONG: [name: string, yaml: string, problems: string[]][] = [
  [
    'numbers as people write them',
    `name: 2026
mql: { enter: "100", exit: 60, min_fit: c }
rules:
  - id: pricing_time
    label: Time on pricing pages
    on: engaged_time
    points: 15 points
    saturation_s: 60
    repeat: 50%
    half_life_days: a week
    cap: -40
  - id: cart
    label: Added to cart
    on: add_to_cart
    points: 15
    repeat: 0,5
    max_per_day: 0
    half_life_days: 0
    hand_raise: yes
`,
    [
      'line 1: name is 2026; expected a text of 1 to 80 characters, such as My model; write "2026"',
      'line 2: mql: enter is "100"; expected a score from 0 to 100000, such as 100; write 100',
      'line 2: mql: min_fit is "c"; expected A, B, C or D; write "C"',
      'line 7: rules "pricing_time": points is "15 points"; expected a number from -100000 to 100000, such as 10; write 15',
      'line 9: rules "pricing_time": repeat is "50%"; expected a share from 0 to 1, such as 0.5; write 0.5',
      'line 10: rules "pricing_time": half_life_days is "a week"; expected a number of days above 0 and at most 3650, such as 14',
      'line 11: rules "pricing_time": cap is -40; expected a number from 0 to 1000000, also where points are negative, such as 40; write 40',
      'line 16: rules "cart": repeat is "0,5"; expected a share from 0 to 1, such as 0.5; write 0.5',
      'line 17: rules "cart": max_per_day is 0; expected a whole number from 1 to 1000, such as 3',
      'line 18: rules "cart": half_life_days is 0; expected a number of days above 0 and at most 3650, such as 14',
      'line 19: rules "cart": hand_raise is "yes"; expected true or false; write true',
    ],
  ],
  [
    'a decimal comma inside of brackets',
    `name: Shop
rules:
  - { id: cart, label: Added to cart, on: add_to_cart, points: 15, repeat: 0,5, half_life_days: 7 }
`,
    [
      'line 3: rules "cart": 5 is unknown; a number has a point and no comma: write 0.5 and not 0,5',
    ],
  ],
  [
    'misspelt keys',
    `name: Shop
rules:
  - id: cart
    lable: Added to cart
    event: add_to_cart
    points: 15
    halfLife: 7
    page: key
    colour: red
fits:
  cap: 70
`,
    [
      'line 4: rules "cart": lable is unknown; did you mean `label`?',
      'line 5: rules "cart": event is unknown; did you mean `on`?',
      'line 7: rules "cart": halfLife is unknown; did you mean `half_life_days`?',
      'line 8: rules "cart": page is unknown here; it belongs in `where` of a rule',
      'line 9: rules "cart": colour is unknown; expected one of id, label, on, where, points, repeat, max_per_day, saturation_s, half_life_days, cap, hand_raise',
      'line 10: fits is unknown; did you mean `fit`?',
    ],
  ],
  [
    'one id twice, and a page group that is not there',
    `name: Shop
pages:
  key: ["/pricing*"]
  careers: ["/jobs*"]
rules:
  - { id: view, label: Views, on: page_view, points: 1, half_life_days: 7 }
  - { id: view, label: Jobs, on: page_view, where: { page: career }, points: -10, half_life_days: 7 }
fit:
  rules:
    - { id: title, label: Title, trait: job_title, matches: ["head of *"], points: 15 }
    - { id: title, label: Title, trait: job_title, points: 5 }
    - { id: both, label: Both, trait: company, known: true, matches: acme, points: 5 }
`,
    [
      'line 7: rules "view": id is "view", as on line 6; expected an id of its own for every rule',
      'line 7: rules "view": where.page is "career", but pages has no such group; expected one of key, careers; did you mean `careers`?',
      'line 11: fit.rules "title" has neither `matches` nor `known`; expected one of the two: patterns such as ["head of *"], or known: true',
      'line 11: fit.rules "title": id is "title", as on line 10; expected an id of its own for every rule',
      'line 12: fit.rules "both": known stands beside `matches`; expected one of the two: patterns such as ["head of *"], or known: true',
    ],
  ],
  [
    'thresholds the wrong way round',
    `name: Shop
mql:
  enter: 60
  exit: 100
rules:
  - { id: cart, label: Added to cart, on: add_to_cart, points: 15, half_life_days: 7 }
`,
    ['line 4: mql: exit is 100, above enter, which is 60; expected at most 60, such as 36'],
  ],
  [
    "a threshold below the other's default",
    `name: Shop
mql: { enter: 50 }
rules:
  - { id: cart, label: Added to cart, on: add_to_cart, points: 15, half_life_days: 7 }
`,
    [
      'line 2: mql: exit is missing, and its default is 60, above enter, which is 50; expected at most 50, such as 30',
    ],
  ],
  [
    'an empty value, an item that is no rule, and a rule without the half of it',
    `name: Shop
rules:
  - id: cart
    label:
    on: add_to_cart
    points: 15
    half_life_days: 7
  - add_to_wishlist
  - points: 5
    label: Something
`,
    [
      'line 4: rules "cart": label is empty; expected a text of 1 to 120 characters, such as Time on pricing pages',
      'line 8: rules #2 is "add_to_wishlist"; expected a rule such as { id: cart, label: Cart, on: add_to_cart, points: 15, half_life_days: 7 }',
      'line 9: rules #3: id is missing; expected at most 40 lower-case letters, digits and _, a letter first, such as pricing_time',
      'line 9: rules #3: on is missing; expected the name of an event or a list of at most 100, such as page_view',
      'line 9: rules #3: half_life_days is missing; expected a number of days above 0 and at most 3650, such as 14',
    ],
  ],
  [
    'addresses where domains are expected',
    `name: Shop
rules:
  - { id: cart, label: Added to cart, on: add_to_cart, points: 15, half_life_days: 7 }
exclude:
  email_domains: [info@acme.example]
  competitors: [https://rival.example/]
  emails: [jane]
  free_mail: no
`,
    [
      'line 5: exclude: item 1 of email_domains is "info@acme.example"; expected a domain such as acme.example, without https:// and nothing before an @',
      'line 6: exclude: item 1 of competitors is "https://rival.example/"; expected a domain such as acme.example, without https:// and nothing before an @',
      'line 7: exclude: item 1 of emails is "jane"; expected an address or a pattern such as "*@agency.example"',
      'line 8: exclude: free_mail is "no"; expected true or false; write false',
    ],
  ],
  [
    'curly quotes from a word processor',
    `name: Shop
rules:
  - { id: Pricing Page, label: “Pricing”, on: page_view, where: { path: [“/pricing*”] }, points: 5, half_life_days: 7 }
`,
    [
      'line 3: rules "Pricing Page": id is "Pricing Page"; expected at most 40 lower-case letters, digits and _, a letter first, such as pricing_time; write "pricing_page"',
      'line 3: rules "Pricing Page": item 1 of where.path is "“/pricing*”"; expected a pattern such as "/pricing*"; write "/pricing*"',
    ],
  ],
  [
    'a page group that is no list, and a key that is there twice',
    `name: Shop
pages:
  key: { path: /pricing }
rules:
  - id: cart
    label: Added to cart
    on: add_to_cart
    points: 15
    half_life_days: 7
    points: 20
`,
    [
      'line 3: pages: key is a group of keys; expected a path pattern or a list of them, such as ["/pricing*", "/plans*"]',
      'line 10: "points" is here twice, first on line 8; keep one of the two',
    ],
  ],
  [
    'an empty file',
    ``,
    [
      'line 1: the file is empty; expected keys such as name: and rules:, each at the beginning of a line',
    ],
  ],
  [
    'only comments',
    `# Our model

# To be written.
`,
    [
      'line 1: the file is empty; expected keys such as name: and rules:, each at the beginning of a line',
    ],
  ],
  [
    'a list',
    `- { id: cart, label: Added to cart, on: add_to_cart, points: 15, half_life_days: 7 }
`,
    [
      'line 1: the file is a list; expected keys such as name: and rules:, each at the beginning of a line',
    ],
  ],
  [
    'a plain text',
    `Cart 15 points, pricing page 10 points
`,
    [
      'line 1: the file is "Cart 15 points, pricing page 10 points"; expected keys such as name: and rules:, each at the beginning of a line',
    ],
  ],
  [
    'tabs',
    `name: Shop
mql:
\tenter: 80
\texit: 40
rules:
\t- id: cart
`,
    [
      'line 3: the line is indented with a tab; expected spaces, such as two for each step (and so on lines 4, 6)',
    ],
  ],
  [
    'blanks copied from a web page',
    `name: Shop
mql:
\u00a0\u00a0enter: 80
`,
    [
      'line 3: the line is indented with blanks that are no spaces; expected spaces, such as two for each step',
    ],
  ],
  [
    'a quote that is not closed',
    `name: Shop
rules:
  - { id: a, label: "Cart, on: add_to_cart, points: 15, half_life_days: 7 }
  - { id: b, label: "Pricing", on: page_view, points: 15, half_life_days: 7 }
`,
    [
      'line 3: the quote before "Cart, on: add_to_cart, points: 15, half_life_days: 7 }" is never closed; expected a second " at the end of the text',
    ],
  ],
  [
    'a bracket that is not closed',
    `name: Shop
pages: { key: ["/pricing*", "/plans*" }
rules:
  - { id: a, label: Cart, on: add_to_cart, points: 15, half_life_days: 7
  - { id: b, label: Pricing, on: page_view, points: 15, half_life_days: 7 }
`,
    [
      'line 2: the bracket of "[\\"/pricing*\\", \\"/plans*\\" }" is never closed; expected a ] at its end',
      'line 4: the bracket of "{ id: a, label: Cart, on: add_to_cart, p…" is never closed; expected a } at its end',
    ],
  ],
  [
    'a bracket that a comment hides',
    `name: Shop
rules:
  - { id: a, label: Top #1, on: add_to_cart, points: 15, half_life_days: 7 }
`,
    [
      'line 3: the bracket of "{ id: a, label: Top #1, on: add_to_cart,…" is never closed; expected a } at its end (a # after a space begins a comment: put a text with one in quotes)',
    ],
  ],
  [
    'an apostrophe',
    `name: Shop
rules:
  - id: a
    label: 'What's new'
`,
    [`line 4: text follows a closing quote: "s new'"; write an apostrophe inside '…' twice: ''`],
  ],
  [
    'no space after a colon',
    `name: Shop
rules:
  - id: a
    points:15
    on: add_to_cart
`,
    ['line 4: a space is missing after the colon; write "points: 15"'],
  ],
  [
    'no space after a colon, inside of brackets',
    `name: Shop
rules:
  - { id: a, label: Cart, on: add_to_cart, points:15, half_life_days: 7 }
`,
    ['line 3: rules "a": "points:15" has no space after its colon; write "points: 15"'],
  ],
  [
    'no colon',
    `name: Shop
rules
  - id: a
`,
    ['line 2: a colon is missing after "rules"; write "rules:"'],
  ],
  [
    'a colon in a text',
    `name: Shop
rules:
  - id: a
    label: Page: pricing
`,
    ['line 4: there is a colon too many in "Page: pricing"; write a text with ": " in quotes'],
  ],
  [
    'no comma',
    `name: Shop
rules:
  - { id: a, label: Cart, on: add_to_cart points: 15, half_life_days: 7 }
`,
    [
      'line 3: there is a colon too many in "add_to_cart points: 15, half_life_days: 7 }"; write a text with ": " in quotes, or a comma between two keys',
    ],
  ],
  [
    'no space after a dash',
    `name: Shop
rules:
  -id: a
   label: Cart
`,
    ['line 3: a space is missing after the dash; write "- id: a"'],
  ],
  [
    'lines that do not line up',
    `name: Shop
rules:
  - id: a
   label: Cart
`,
    [
      'line 4: the line does not line up with those above; expected as many spaces as its neighbours have',
    ],
  ],
  [
    'a line that is indented too far',
    `name: Shop
rules:
  - id: a
      label: Cart
`,
    [
      'line 4: the line is indented further than the one above, which has its value already; expected both to begin in the same column',
    ],
  ],
  [
    'patterns without quotes',
    `name: Shop
pages:
  key: [*pricing*]
rules:
  - { id: cart, label: Added to cart, on: add_to_cart, points: 15, half_life_days: 7, cap: none }
`,
    [
      'line 3: *pricing* has no quotes, and a star in front then means something else; write "*pricing*"',
      'line 5: rules "cart": cap is "none"; expected a number from 0 to 1000000, also where points are negative, such as 40',
    ],
  ],
  [
    'a comparison and an address without quotes',
    `name: Shop
rules:
  - id: video
    where: { props: { video_percent: >=50 } }
exclude: { email_domains: [@acme.example] }
`,
    [
      'line 4: a value can not begin with > as it is; write it in quotes: ">=50"',
      'line 5: a value can not begin with @ as it is; write it in quotes: "@acme.example"',
    ],
  ],
  [
    'a backslash',
    `name: Shop
pages: { key: ["\\pricing"] }
`,
    [
      'line 2: a backslash inside "…" begins a special character; write / in a path, or use single quotes',
    ],
  ],
  [
    'two models',
    `name: Shop
---
name: Other
`,
    [
      'line 2: a second document begins here; expected one model in a file: remove the line with --- and one of the two',
    ],
  ],
  [
    'copied with its fence',
    `\`\`\`yaml
name: Shop
\`\`\`
`,
    ['line 1: the line with ``` is no part of a model; remove it, and the one at the end'],
  ],
  [
    'JSON without a comma',
    `{
  "name": "Shop"
  "rules": []
}
`,
    ['line 3: a comma is missing before "\\"rules\\": []"'],
  ],
  [
    'aliases that grow',
    `a: &a [x, x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]
h: &h [*g, *g, *g, *g, *g, *g, *g, *g, *g, *g]
`,
    ['line 1: the aliases of the file (*name) unfold into too much; write the values out'],
  ],
  [
    'a list that contains itself',
    `name: Shop
rules: &all
  - *all
`,
    [
      'line 3: *all stands inside of what it names; write the values out',
      'line 3: rules #1 is "*all"; expected a rule such as { id: cart, label: Cart, on: add_to_cart, points: 15, half_life_days: 7 }',
    ],
  ],
  [
    'a name that objects have themselves',
    `name: Shop
pages: { __proto__: ["/a*"] }
rules:
  - { id: cart, label: Added to cart, on: add_to_cart, where: { page: __proto__ }, points: 15, half_life_days: 7 }
`,
    [
      'line 2: "__proto__" can not be a name; take another',
      'line 4: rules "cart": where.page is "__proto__", but pages has no such group; there are none: add one, such as pages: { key: ["/pricing*"] }',
    ],
  ],
  [
    'too many rules',
    `name: Shop\nrules:\n${'  - { id: a }\n'.repeat(501)}`,
    ['line 2: rules has 501 items; expected at most 500'],
  ],
  [
    'too long',
    'x'.repeat(256 * 1024 + 1),
    ['the model is longer than 262144 bytes (256 KiB); make it shorter'],
  ],
  [
    // Deep enough to have ended the process: in V8 an expression compiled at the end of the stack is fatal.
    'nested without an end',
    '- '.repeat(120_000),
    ['line 1: lists or groups are nested more than 100 levels deep; a model has six'],
  ],
]

describe('a wrong file is told what is wrong, where, and what would be right', () => {
  test.each(WRONG)('%s', (_, yaml, problems) => {
    expect(problemsOf(yaml)).toEqual(problems)
  })
  test('with as many problems as somebody reads', () => {
    const groups = Array.from({ length: 300 }, (_, i) => `  g${i}: 5\n`).join('')
    const problems = problemsOf(`${shortest.replace(/^pages.*\n/m, '')}pages:\n${groups}`)
    expect(problems).toHaveLength(100)
    expect(problems[0]).toMatch('line 6: pages: g0 is 5')
  })
  test('and in no time, whatever the file is', () => {
    const hostile = [`a: &a [${'*a,'.repeat(50_000)}]`, '"'.repeat(50_000), '@a,'.repeat(50_000)]
    for (const yaml of hostile) expect(problemsOf(yaml)).not.toEqual([])
  }, 10_000)
})

describe('what is allowed and hardly meant is a warning', () => {
  const cases: [string, string[]][] = [
    ...['page_view', 'lead_magnet', 'search', 'quote_requested', 'sign_in', 'demo'].map(
      (name): [string, string[]] => [`on: ${name}`, []],
    ),
    ...(
      [
        ['pageview', 'page_view'],
        ['page-view', 'page_view'],
        ['page_views', 'page_view'],
        ['download', 'file_download'],
        ['demo_request', 'request_demo'],
        ['Product Viewed', 'view_item'],
      ] as const
    ).map(([name, meant]): [string, string[]] => [
      `on: ${name}`,
      [
        `line 5: rules "a": on is "${name}", and no event of Pique's own is called that; did you mean \`${meant}\`?`,
      ],
    ]),
    [
      'on: x, where: { path: [/a*, pricing*, https://shop.example/b*, "*c", "?d"] }',
      [
        'line 5: rules "a": where.path has "pricing*", and no path begins so; did you mean "/pricing*"?',
        'line 5: rules "a": where.path has "https://shop.example/b*", and no path begins so; did you mean "/b*"?',
      ],
    ],
  ]
  test.each(cases)('%s', (rule, warnings) => {
    expect(warningsOf(parseModel(modelWith(rule)))).toEqual(warnings)
  })
})

describe('a model given as an object', () => {
  const object = modelOf(defaultModelYaml())
  test('reads as its text does', () => {
    expect(readModel(object)).toEqual({ ok: true, model: object })
    expect(modelOf(modelYaml(object))).toEqual(object)
  })
  test('has its problems by their path', () => {
    const rule = { id: 'a', label: 'A', on: 'x', points: '10', half_life_days: 7 }
    const raw = {
      name: 'T',
      rules: [rule, { ...rule, points: 1, where: { page: 'k' } }, { points: 1 }],
    }
    expect(problemsIn(readModel(raw))).toEqual([
      'rules[0] "a": points is "10"; expected a number from -100000 to 100000, such as 10; write 10',
      'rules[1] "a": id is "a", as in rules[0].id; expected an id of its own for every rule',
      'rules[1] "a": where.page is "k", but pages has no such group; there are none: add one, such as pages: { key: ["/pricing*"] }',
      'rules[2]: id is missing; expected at most 40 lower-case letters, digits and _, a letter first, such as pricing_time',
      'rules[2]: label is missing; expected a text of 1 to 120 characters, such as Time on pricing pages',
      'rules[2]: on is missing; expected the name of an event or a list of at most 100, such as page_view',
      'rules[2]: half_life_days is missing; expected a number of days above 0 and at most 3650, such as 14',
    ])
  })
  const loop: Record<string, unknown> = {}
  loop.pages = loop
  test.each([
    [
      undefined,
      'the model is empty; expected keys such as name: and rules:, each at the beginning of a line',
    ],
    [
      [1],
      'the model is a list; expected keys such as name: and rules:, each at the beginning of a line',
    ],
    [loop, 'the model is no JSON object; expected keys such as name and rules'],
    [{ name: Symbol('x') }, 'the model is no JSON object; expected keys such as name and rules'],
  ])('is refused where it is none: %#', (raw, problem) => {
    expect(problemsIn(readModel(raw))).toEqual([problem])
  })
})

describe('whatever is read, nothing is thrown', () => {
  const runs = { numRuns: 100 }
  const isAnswer = (parsed: ParsedModel) =>
    parsed.ok || (parsed.problems.length > 0 && parsed.problems.every((one) => !one.includes('\n')))
  const source = defaultModelYaml()
  const piece = fc.oneof(
    fc.string({ maxLength: 4 }),
    fc.constantFrom(
      ...'{}[],:-*&!|>#%@`"\'\t\n? '.split(''),
      '- ',
      ': ',
      '---\n',
      '\n  ',
      '*a',
      '&a ',
    ),
  )
  test('text made of what YAML is made of', () => {
    fc.assert(
      fc.property(fc.array(piece), (pieces) => isAnswer(parseModel(pieces.join('')))),
      { numRuns: 2000 },
    )
  })
  test('the default model, with something cut out and something put in', () => {
    const place = fc.nat({ max: source.length })
    const change = fc.tuple(place, fc.nat({ max: 20 }), piece)
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const text = changes.reduce(
          (before, [at, cut, put]) => before.slice(0, at) + put + before.slice(at + cut),
          source,
        )
        return isAnswer(parseModel(text))
      }),
      runs,
    )
  })
  test('the default model, with anything in any place', () => {
    const wrong = fc.tuple(fc.constantFrom(...placesIn(modelOf(source))), fc.jsonValue())
    fc.assert(
      fc.property(wrong, ([path, value]) => {
        const raw = withValue(modelOf(source), path, value)
        const parsed = readModel(raw)
        // What was found good is good when it is read from the store.
        return isAnswer(parsed) && (!parsed.ok || parseModel(modelYaml(raw)).ok)
      }),
      runs,
    )
  })
  test('any value', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => isAnswer(readModel(value))),
      { numRuns: 1000 },
    )
  })
})

/** The path of every value in it, itself left out. */
function placesIn(value: unknown): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...placesIn(inner).map((path) => [key, ...path]),
  ])
}

function withValue(raw: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  const inner = withValue(Object(raw)[key], rest, value)
  if (Array.isArray(raw)) return raw.map((one, index) => (index === Number(key) ? inner : one))
  return { ...Object(raw), [key]: inner }
}

describe('the matcher of a rule', () => {
  const pages = { key: ['/pricing*', '/plans*'], same: ['/Plans*/', '/pricing**'] }
  const base: RuleSpec = {
    ...{ id: 'a', label: 'A', on: ['x', 'y'], points: 1, repeat: 1, max_per_day: 1000 },
    ...{ half_life_days: 7, hand_raise: false },
    where: {
      ...{ page: 'key', path: ['/a*', '/b'], host: ['shop.example'], source: ['google', 'bing'] },
      props: { size: ['L', 'xl'], price: '>=50', isNew: true },
    },
  }
  const text = matcherOf(base, pages)
  const where = base.where
  const same: [string, RuleSpec][] = [
    [
      'numbers and words',
      {
        ...base,
        ...{ id: 'b', label: 'B', points: 9, repeat: 0.5, max_per_day: 2 },
        ...{ half_life_days: 30, cap: 5, hand_raise: true },
      },
    ],
    ['the order of events', { ...base, on: ['y', 'x', 'y'] }],
    ['the name of a group of the same pages', { ...base, where: { ...where, page: 'same' } }],
    ['a group spelled out', { ...base, where: { ...where, page: 'key', path: ['/B/', '/A**'] } }],
    ['the order of sources', { ...base, where: { ...where, source: ['Bing', 'google'] } }],
    [
      'the order of props and values',
      {
        ...base,
        where: { ...where, props: { price: '>= 50.0', isNew: [true], size: ['XL', 'l'] } },
      },
    ],
  ]
  test.each(same)('is the same with %s changed', (_, rule) => {
    expect(matcherOf(rule, pages)).toBe(text)
  })
  test('is the same for a group and for its patterns', () => {
    const of = (spec: RuleSpec['where']) => matcherOf({ ...base, where: spec }, pages)
    expect(of({ page: 'key' })).toBe(of({ path: ['/plans*', '/pricing*'] }))
    expect(of({ page: 'key', path: ['/a'] })).not.toBe(of({ path: ['/plans*', '/pricing*', '/a'] }))
    expect(of({ props: {} })).toBe(of({}))
  })
  const different: [string, RuleSpec][] = [
    ['events', { ...base, on: ['x'] }],
    ['the kind', { ...base, on: ['engaged_time'] }],
    ['paths', { ...base, where: { ...where, path: ['/a*'] } }],
    ['hosts', { ...base, where: { ...where, host: ['*.shop.example'] } }],
    ['no hosts', { ...base, where: { ...where, host: undefined } }],
    ['sources', { ...base, where: { ...where, source: ['google'] } }],
    [
      'a number for its text',
      { ...base, where: { ...where, props: { size: ['L', 'xl'], price: '>=50', isNew: 'true' } } },
    ],
    ['a bound', { ...base, where: { ...where, props: { ...where.props, price: '>50' } } }],
  ]
  test.each(different)('is another with %s changed', (_, rule) => {
    expect(matcherOf(rule, pages)).not.toBe(text)
  })
  test('is another when its group of pages changes, and the same when another group does', () => {
    expect(matcherOf(base, { ...pages, key: ['/pricing*'] })).not.toBe(text)
    expect(matcherOf(base, { ...pages, other: ['/x'] })).toBe(text)
  })
  test('tells every rule of the default model from the others', () => {
    const { rules, pages } = modelOf(defaultModelYaml())
    expect(new Set(rules.map((rule) => matcherOf(rule, pages))).size).toBe(rules.length)
  })
})

test('the names that the collector derives count nothing when they are sent', async () => {
  const NOW = Date.UTC(2026, 4, 5, 10)
  const props = { paid: true, channel: 'paid' }
  const session = '0192f3a4-5b6c-7d8e-9f01-23456789abcd'
  const url = 'https://shop.example/'
  const bucketsOf = async (types: readonly string[]) => {
    const world = createWorld()
    try {
      const events = ['page_view', ...types].map((type, i) =>
        eventAt(NOW - 9000 + i, type, { session, url, ...(i > 0 && { props }) }),
      )
      const browser = '0192f3a4-0000-7d8e-9f01-23456789abcd'
      const answer = world.deliver({ browser, sentAt: NOW, human: true, events }, NOW)
      expect(answer).toMatchObject({ accepted: events.length, rejected: [] })
      expect((await world.verify()).differences).toEqual([])
      const db = new Database(world.path, { readonly: true })
      const buckets = db
        .prepare('SELECT rule, day, count FROM bucket WHERE rule <> ? ORDER BY rule, day')
        .all(ACTIVITY_REF)
      db.close()
      return buckets
    } finally {
      world.close()
    }
  }
  const alone = await bucketsOf([])
  expect(alone.length).toBeGreaterThan(0)
  expect(await bucketsOf(['session', 'session', 'landing', 'engaged_time'])).toEqual(alone)
})
