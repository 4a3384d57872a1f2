import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { applyForm, modelForm } from '../../collector/dashboard/model-form.ts'
import type { PreviewView } from '../../collector/dashboard/present-what-if.ts'
import type { Role } from '../../collector/store/shapes.ts'
import { defaultModelYaml } from '../support/world.ts'
import { createWhole, type Whole } from './access-fixture.ts'
import { NOW } from './api-fixture.ts'

/** The pages of the model over a real store: edited, tried out, published, gone back from. */

let whole: Whole
let cookie: string
beforeEach(async () => {
  whole = await createWhole()
  cookie = await whole.sessionOf('analyst')
})
afterEach(() => whole.service.close())

const base = defaultModelYaml()
const index = (id: string) => modelForm(base)?.rules.find((rule) => rule.id === id)?.index ?? -1
const name = (...path: (string | number)[]) => JSON.stringify(path)

async function get(path: string, by = cookie) {
  const answer = await whole.request(path, { headers: { cookie: by }, redirect: 'manual' })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}
async function send(path: string, fields: Record<string, string>, more: object = {}, by = cookie) {
  const body = new FormData()
  for (const [key, value] of Object.entries(fields)) body.append(key, value)
  const headers = { cookie: by, 'sec-fetch-site': 'same-origin', ...more }
  const answer = await whole.request(path, { method: 'POST', headers, body })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}
const preview = async (fields: Record<string, string>): Promise<PreviewView> =>
  JSON.parse((await send('/model/edit?as=form', fields, { accept: 'application/json' })).text)
const asForm = { mode: 'form', yaml: base, base: '1' }
/** Ann has read prices, so she qualifies where little is asked. */
const easy = {
  [name('mql', 'enter')]: '3',
  [name('mql', 'exit')]: '1',
  [name('mql', 'min_active_days')]: '1',
  [name('mql', 'min_fit')]: 'D',
}
const newest = async () => {
  const found = await whole.service.reader.model(
    (await whole.service.reader.modelVersions())[0]?.version,
  )
  if (found.kind !== 'found') throw new Error('no model')
  return found.value
}

describe('who may', () => {
  test('a viewer reads rules and history without addresses, and has no editor', async () => {
    const viewer = await whole.sessionOf('viewer')
    const page = await get('/model', viewer)
    expect(page.text).toContain('Key pages viewed (pricing and the like)')
    expect(page.text).not.toMatch(/\/model\/edit|ann@example/i)
    expect(page.text).toContain('Ann Able')
    expect((await get('/model/edit', viewer)).headers.get('location')).toBe('/model')
    const tried = await send('/model/edit', { ...asForm, ...easy }, {}, viewer)
    expect(tried.status).toBe(403)
    expect(tried.text).not.toMatch(/ann/i)
    const fields = { version: '1', base: '1', note: 'x' }
    expect((await send('/model/roll-back', fields, {}, viewer)).status).toBe(403)
    expect((await get('/model/diff?from=1&to=1', viewer)).text).not.toContain('Go back to')
  })

  test('a viewer sees of a left out address, or a pattern of some, no more than of a lead', async () => {
    const yaml = `${base}exclude: { emails: ["dora.dean@*", 'dora.dean@*.example', "dora.dean@firm.example"] }\n`
    const note = 'Without dora.dean@firm.example'
    await whole.service.writer.publishModel({ yaml, note, by: '', publishedAt: NOW })
    const viewer = await whole.sessionOf('viewer')
    for (const path of [
      '/model',
      '/model/history',
      '/model/versions/2',
      '/model/diff?from=1&to=2',
    ]) {
      expect((await get(path, viewer)).text, path).not.toContain('dora.dean')
      if (!/model$/.test(path)) expect((await get(path)).text, path).toContain('dora.dean')
    }
  })

  test.each<Role>(['owner', 'analyst'])('%s edits', async (role) => {
    const by = await whole.sessionOf(role)
    expect((await get('/model', by)).text).toContain('href="/model/edit"')
    expect((await get('/model/edit', by)).text).toContain('<form class="model-edit"')
  })
})

describe('the rules say what they matched', () => {
  test('as the counts have it, with the newest match and where', async () => {
    const lately = await whole.service.reader.rulesLately(NOW)
    const views = lately.find(({ rule }) => rule === 'pricing_view')
    expect(views).toMatchObject({
      leads: 1,
      week: { leads: 1, events: 2 },
      month: { leads: 1, events: 2 },
    })
    expect(views?.days.slice(-4)).toEqual([1, 0, 0, 1])
    expect(views?.newest).toMatchObject([
      {
        name: 'Ann Able',
        at: new Date(NOW - 5 * 60_000).toISOString(),
        url: 'https://shop.example/pricing',
      },
    ])
    const { text } = await get('/model')
    expect(text).toMatch(/href="\/leads\/ld_1">Ann Able<\/a>.*5 min ago.* on \/pricing/s)
    expect(text).toContain('Matched no lead in 30 days: is the path right?')
  })

  test('what they give adds up to the rules of all scores, within their caps', async () => {
    const { reader, writer } = whole.service
    const yaml = base.replace(
      'max_per_day: 3, half_life_days: 21, cap: 40',
      'half_life_days: 21, cap: 5',
    )
    await writer.publishModel({ yaml, note: '', by: '', publishedAt: NOW })
    const lately = await reader.rulesLately(NOW)
    const leads = await reader.leads({}, NOW)
    const scores = leads.kind === 'found' ? leads.value.data : []
    const milli = scores.reduce((sum, { score_milli }) => sum + score_milli, 0)
    expect(lately.reduce((sum, one) => sum + one.milli, 0)).toBe(milli)
    expect(lately.find(({ rule }) => rule === 'pricing_view')).toMatchObject({
      milli: 5000,
      leads: 1,
    })
  })
})

describe('a draft', () => {
  test('keeps its comments and all that the form does not know', async () => {
    const said = base.replace('  - { id: search', '  # how they look for us\n  - { id: search')
    const fields = { ...asForm, yaml: said, [name('rules', index('search'), 'points')]: '7' }
    const { text, status } = await send('/model/edit?as=yaml', fields)
    expect(status).toBe(200)
    const draft = textareaOf(text)
    expect(draft).toContain('  # how they look for us\n')
    expect(draft).toBe(
      said.replace('on: view_search_results, points: 3', 'on: view_search_results, points: 7'),
    )
  })

  test('shows who is gained, by name, and then scores', async () => {
    const view = await preview({ ...asForm, ...easy })
    expect(view).toMatchObject({
      state: 'ready',
      overtaken: '',
      gained: { rows: [{ who: 'Ann Able' }, { who: 'ann@example.com' }] },
    })
    expect(view.words).toMatch(/^2 leads gained, 0 lost, of those that sales doesn’t have/)
    const page = await send('/model/edit?as=form', { ...asForm, ...easy })
    expect(page.text).toMatch(/Gained: 2<\/h3>.*Ann Able/s)
    const unsaid = await send('/model/edit?as=form', { ...asForm, ...easy, do: 'publish' })
    expect(unsaid.status).toBe(400)
    expect(unsaid.text).toMatch(/say in the note.*value="3"/s)

    const all = { ...asForm, ...easy, do: 'publish', note: 'Be generous' }
    const done = await send('/model/edit?as=form', all)
    const to = done.headers.get('location') ?? ''
    expect(to).toBe('/model?done=published&version=2&was=1&gained=2&lost=0')
    expect(await newest()).toMatchObject({
      note: 'Be generous',
      by: 'analyst@team.example',
      state: 'active',
    })
    const { text } = await get(to)
    expect(text).toMatch(
      /Version 2 scores now: 2 leads gained, 0 lost.*action="\/model\/roll-back"/s,
    )
    const diff = await get('/model/diff')
    expect(diff.text).toMatch(/data-kind="removed".*enter: 100.*data-kind="added".*enter: 3,/s)

    const undone = await send('/model/roll-back', { version: '1', base: '2', note: '' })
    expect(undone.headers.get('location')).toMatch(/version=3&was=2&gained=0&lost=2$/)
    expect(await newest()).toMatchObject({ yaml: base, note: 'Back to version 1' })
  })

  test('with mistakes comes back as it was typed, with lines and cures', async () => {
    const typed = base.replace(
      'points: 15, repeat: 0.5, max_per_day: 3, half_life_days: 7',
      'points: "15", repeat: 50%',
    )
    const fields = {
      mode: 'yaml',
      yaml: typed.replace(/\n/g, '\r\n'),
      base: '1',
      note: 'x',
      do: 'publish',
    }
    const { status, text } = await send('/model/edit?as=yaml', fields)
    expect(status).toBe(400)
    expect(textareaOf(text)).toBe(typed)
    const line = typed.slice(0, typed.indexOf('id: cart')).split('\n').length
    expect(text).toMatch(
      new RegExp(
        `>Line ${line}</a> <span data-part="text">Rules &quot;cart&quot;: repeat is &quot;50%&quot;.*write 0.5`,
      ),
    )
    expect((await newest()).version).toBe(1)

    const form = await send('/model/edit?as=form', {
      ...asForm,
      [name('rules', index('cart'), 'points')]: 'ten',
    })
    expect(form.status).toBe(400)
    expect(form.text).toMatch(/value="ten".*href="#rule-cart"/s)
    const torn = await send('/model/edit?as=form', { mode: 'yaml', yaml: 'rules: [\n', base: '1' })
    expect(textareaOf(torn.text)).toBe('rules: [\n')
  })

  test('based on an older version replaces nothing unseen', async () => {
    const mine = { ...asForm, ...easy, do: 'publish', note: 'mine' }
    const theirs = base.replace(
      'points: 40, repeat: 0, max_per_day: 1, half_life_days: 60, cap: 60',
      'points: 41, cap: 60, half_life_days: 60',
    )
    const { writer } = whole.service
    await writer.publishModel({ yaml: theirs, note: 'theirs', by: 'Grace', publishedAt: NOW })
    const refused = await send('/model/edit?as=form', mine)
    expect(refused.status).toBe(409)
    expect(refused.text).toMatch(/Grace published version 2.*“theirs”.*points: 41/s)
    expect(refused.text).toContain('value="3"')
    expect((await preview(mine)).overtaken).toContain('Grace published version 2')
    expect((await newest()).version).toBe(2)
    expect(
      await writer.publishAfter({ yaml: base, note: '', by: '', publishedAt: NOW }, 1),
    ).toBeNull()

    const seen = await send('/model/edit?as=form', { ...mine, do: 'preview', over: '2' })
    expect(seen.text).toContain('name="base" value="2"')
    const done = await send('/model/edit?as=form', { ...mine, base: '2' })
    expect(done.headers.get('location')).toContain('version=3')
  })

  test('is as long as a model may be', async () => {
    const long = `${base}\n${'# x\n'.repeat(48_000)}`
    expect(long.length).toBeGreaterThan(200_000)
    expect((await send('/model/edit', { ...asForm, yaml: long })).status).toBe(200)
    const longer = await send('/model/edit?as=yaml', {
      mode: 'yaml',
      yaml: `${long}${long}`,
      base: '1',
    })
    expect(longer.status).toBe(413)
  })
})

describe('the form', () => {
  const change = (fields: Record<string, string>) => modelForm(applyForm(base, fields))
  test('adds and removes rules, groups and exclusions', () => {
    const added = change({
      'new-label': 'Read the docs, twice',
      'new-on': 'page_view',
      'new-page': 'docs',
      'new-group': 'docs',
      'new-group-paths': '/docs*\r\n /help* \n',
      [name('exclude', 'competitors')]: 'rival.example',
      remove: String(index('cart')),
    })
    expect(added?.groups.map(({ value }) => value)).toContain('/docs*\n/help*')
    expect(added?.exclusions.find(({ label }) => /Competitors/.test(label))?.value).toBe(
      'rival.example',
    )
    expect(added?.rules.map(({ id }) => id)).not.toContain('cart')
    expect(added?.rules.at(-1)).toMatchObject({
      id: 'read_the_docs_twice',
      points: { value: '10' },
    })
  })

  test('changes nothing where nothing was changed', () => {
    const form = modelForm(base)
    const fields = [...(form?.thresholds ?? []), ...(form?.groups ?? []), ...(form?.fit ?? [])]
    const same = Object.fromEntries(
      fields.map(({ name: key, value }) => [key, value.replace(/\n/g, '\r\n')]),
    )
    expect(applyForm(base, { ...same, [name('exclude', 'free_mail')]: 'false' })).toBe(base)
  })
})

test('versions are downloaded and compared by number', async () => {
  const file = await get('/model/versions/1')
  expect(file.text).toBe(base)
  expect(file.headers.get('content-disposition')).toContain('pique-model-1.yaml')
  for (const path of ['/model/versions/9', '/model/diff?from=1&to=x', '/model/edit?from=9']) {
    expect((await get(path)).status, path).toBe(404)
  }
})

/** The draft in a page, as a browser would have it. */
function textareaOf(html: string): string {
  const [, text = ''] = /<textarea[^>]*name="yaml"[^>]*>\n([\s\S]*?)<\/textarea>/.exec(html) ?? []
  return text
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
}
