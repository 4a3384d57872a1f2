import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventAt } from '../support/world.ts'
import { createWhole, HOST, type Whole } from './access-fixture.ts'
import { DAY, MINUTE, NOW } from './api-fixture.ts'

/** The page of a lead, as its forms are used: over a real store, by who may and who may not. */

let whole: Whole
let cookie: string
let id: string
beforeEach(async () => {
  whole = await createWhole()
  cookie = await whole.sessionOf('owner')
  const found = await whole.service.reader.lead('email:ann@example.com', { site: 'si_1' }, NOW)
  id = found.kind === 'found' ? found.value.id : ''
})
afterEach(() => whole.service.close())

const page = async (path = `/leads/${id}`, as = cookie) => {
  const answer = await whole.request(path, { headers: { cookie: as } })
  return { status: answer.status, html: await answer.text() }
}
const send = (path: string, fields: Record<string, string> = {}, as = cookie) =>
  whole.request(`/leads/${id}${path}`, {
    method: 'POST',
    headers: {
      cookie: as,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(fields).toString(),
  })
const linesOf = (html: string) =>
  [...html.matchAll(/data-milli="(-?\d+)"/g)].map((m) => Number(m[1]))
const totalOf = (html: string) => Number(/data-score-milli="(\d+)"/.exec(html)?.[1])
const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0)
const follow = async (answer: Response) => {
  expect(answer.status, await answer.clone().text()).toBe(303)
  return page(new URL(answer.headers.get('location') ?? '', HOST).href.slice(HOST.length))
}

/** A day's row of an opened line: what a pocket calculator makes of it, and what is printed. */
function daysOf(html: string) {
  const thousandths = (text = '') =>
    Math.round(Number(text.replace('−', '-').replace('+', '')) * 1000)
  return html
    .split('<tr class="line')
    .slice(1)
    .flatMap((line) => {
      const milli = Number(/data-milli="(-?\d+)"/.exec(line)?.[1])
      const days = [
        ...line.matchAll(/class="day-sum">([^<]+) × ([^<]+)<\/td><td class="day-points">([^<]+)</g),
      ].map(([, gross, weight, points]) => {
        const [left, printed] = [thousandths(gross) * Number(weight), thousandths(points)]
        // Of a product that floats have no name for, cut as the page cuts.
        return { printed, reckoned: Math.trunc(Math.round(left * 1e6) / 1e6) }
      })
      return days.length > 0 ? [{ milli, days }] : []
    })
}

describe('the receipt', () => {
  test('opens to days that sum to each line, by a pocket calculator', async () => {
    const { html } = await page()
    expect(sum(linesOf(html))).toBe(totalOf(html))
    const opened = daysOf(html)
    expect(opened.length).toBe(3)
    expect(opened.some(({ days }) => days.length > 1)).toBe(true)
    for (const { milli, days } of opened) {
      expect(days.map(({ reckoned }) => reckoned)).toEqual(days.map(({ printed }) => printed))
      expect(sum(days.map(({ printed }) => printed))).toBe(milli)
    }
  })

  test('of a visitor opens too, and says what would make it a lead', async () => {
    const found = await whole.service.reader.visitors({ anonymous: true }, NOW)
    const visitor = found.kind === 'found' ? found.value.data[0] : undefined
    const { html, status } = await page(`/visitors/${visitor?.id}`)
    expect(status).toBe(200)
    expect(sum(linesOf(html))).toBe(totalOf(html))
    expect(daysOf(html).length).toBe(linesOf(html).length)
    for (const words of ['What would make it a lead', 'halves by', 'Trend', 'Visits']) {
      expect(html).toContain(words)
    }
    expect(html).not.toMatch(/<form method="post" action="\/(leads|visitors)/)
  })
})

describe('points by hand', () => {
  test('are a line of the receipt until they are taken back', async () => {
    const before = totalOf((await page()).html)
    const added = await send('/adjustment', { points: '−2.5', reason: ' Met at\nthe fair ' })
    const { html } = await follow(added)
    expect(totalOf(html)).toBe(before - 2500)
    expect(linesOf(html)).toContain(-2500)
    expect(html).toContain('Met at the fair')
    const undo = /notice.*?action="\/leads\/[^/]+(\/adjustment\/ad_\d+\/undo)"/s.exec(html)?.[1]
    const after = await follow(await send(undo ?? ''))
    expect(totalOf(after.html)).toBe(before)
    expect(linesOf(after.html)).not.toContain(-2500)
    expect((await send(undo ?? '')).status).toBe(400)
  })

  test('are given once by two clicks, and once more by whoever means it', async () => {
    const before = totalOf((await page()).html)
    const [one, other] = await Promise.all([
      send('/adjustment', { points: '5', reason: 'Met at the fair' }),
      send('/adjustment', { points: '5', reason: 'Met at the fair' }),
    ])
    expect([one?.status, other?.status]).toEqual([303, 303])
    expect(one?.headers.get('location')).toBe(other?.headers.get('location'))
    expect(totalOf((await page()).html)).toBe(before + 5000)
    await send('/adjustment', { points: '5', reason: 'Met at dinner' })
    whole.service.now += MINUTE
    await send('/adjustment', { points: '5', reason: 'Met at the fair' })
    expect(totalOf((await page()).html)).toBe(before + 15_000)
  })

  test.each([
    [{ points: '', reason: 'x' }, 'What is given or taken should be a number of points from'],
    [{ points: 'ten', reason: 'x' }, 'What is given or taken should be a number of points from'],
    [{ points: '0.0001', reason: 'x' }, 'but not 0'],
    [{ points: '5', reason: ' ' }, 'The reason should be text of 1 to 200 characters'],
  ])('that are none change nothing and say what is right: %o', async (fields, words) => {
    const before = totalOf((await page()).html)
    const answer = await send('/adjustment', fields)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(words)
    expect(totalOf((await page()).html)).toBe(before)
  })
})

test('undoing a link takes the browser’s visits away, and says so', async () => {
  const undo = /action="\/leads\/[^/]+(\/identity\/vi_\d+\/undo)"/.exec((await page()).html)?.[1]
  const visits = (html: string) => html.match(/<li class="session"/g)?.length ?? 0
  expect(visits((await page()).html)).toBeGreaterThan(0)
  const { html } = await follow(await send(undo ?? ''))
  expect(html).toContain('The link is undone')
  expect(visits(html)).toBe(0)
  expect(totalOf(html)).toBe(0)
  expect((await send(undo ?? '')).status).toBe(400)
})

describe('what is missing to an MQL', () => {
  test('is said, and a demo request is what would tip it', async () => {
    const { html } = await page()
    expect(html).toContain('What is missing to MQL')
    const missing = /class="prospect-head">([\d.]+) points(?: and .*?)?\.</.exec(html)?.[1]
    // Cut upwards: what is said to be missing is enough.
    expect(Number(missing) * 1000).toBeGreaterThanOrEqual(100_000 - totalOf(html))
    expect(Number(missing) * 1000 - (100_000 - totalOf(html))).toBeLessThan(100)
    expect(html).toMatch(/makes it an MQL at once.*Asked for a demo/s)
  })

  test('is gone once it asked, the timeline says when, and the decision keeps its lines', async () => {
    const { reader } = whole.service
    const links = await reader.identities(id, {})
    const browser = links.kind === 'found' ? (links.value[0]?.browser ?? '') : ''
    const session = randomUUID()
    const asked = eventAt(NOW - MINUTE, 'request_demo', {
      session,
      url: 'https://shop.example/demo',
    })
    whole.service.deliver('shop', browser, [asked])
    const { html } = await page()
    expect(html).toContain('An MQL by a hand raise')
    expect(html).toMatch(/moment-up.*Became an MQL/s)
    expect(html).toContain('Identified here')
    expect(html).toMatch(/Decisions.*by a hand raise.*As it was then.*Asked for a demo/s)
  })

  test('falls back on the day that the clock takes it back on', async () => {
    const links = await whole.service.reader.identities(id, {})
    const browser = links.kind === 'found' ? (links.value[0]?.browser ?? '') : ''
    const asked = eventAt(NOW - MINUTE, 'request_demo', { session: randomUUID() })
    whole.service.deliver('shop', browser, [asked])
    const found = await whole.service.reader.explained(id, {}, NOW)
    const next = found.kind === 'found' ? found.value.prospect.next : null
    expect(next?.to).toBe('lead')
    const at = Date.parse(next?.at ?? '')
    for (const [now, stage] of [
      [at - MINUTE, 'mql'],
      [at + MINUTE, 'lead'],
    ] as const) {
      whole.service.now = now
      whole.service.work()
      const lead = await whole.service.reader.lead(id, {}, now)
      expect(lead.kind === 'found' && lead.value.stage).toBe(stage)
    }
  })
})

describe('their data', () => {
  test('is handed out as the API does, and erased when it is confirmed', async () => {
    const file = await whole.request(`/leads/${id}/export`, { headers: { cookie } })
    expect(file.headers.get('content-disposition')).toBe(`attachment; filename="${id}.json"`)
    expect(await file.json()).toMatchObject({ lead: { id, email: 'ann@example.com' } })
    const no = await send('/erase', { confirm: 'yes' })
    expect(no.status).toBe(400)
    expect(await no.text()).toContain('Nothing is erased')
    const gone = await send('/erase', { confirm: 'Erase' })
    expect(gone.status).toBe(200)
    expect(await gone.text()).toMatch(/This person is erased.*[1-9]\d* events of 1 browser/s)
    expect((await page()).status).toBe(404)
  })

  test('an analyst acts and does not erase, a viewer sees no form and no address', async () => {
    const [analyst, viewer] = [await whole.sessionOf('analyst'), await whole.sessionOf('viewer')]
    const { html } = await page(`/leads/${id}`, analyst)
    expect(html).toContain('/adjustment"')
    expect(html).toContain('mailto:ann@example.com')
    expect(html).not.toContain('/erase"')
    expect((await send('/erase', { confirm: 'erase' }, analyst)).status).toBe(403)
    const seen = (await page(`/leads/${id}`, viewer)).html
    expect(seen).not.toMatch(/action="\/leads|mailto:|ann@/)
    expect(
      (await whole.request(`/leads/${id}/export`, { headers: { cookie: viewer } })).status,
    ).toBe(403)
    expect((await page()).status).toBe(200)
  })
})

test('another day is another score, and nothing else has changed', async () => {
  whole.service.now = NOW + 30 * DAY
  const { html } = await page(`/leads/${id}`, await whole.sessionOf('owner', whole.service.now))
  expect(sum(linesOf(html))).toBe(totalOf(html))
  for (const { milli, days } of daysOf(html))
    expect(sum(days.map((day) => day.printed))).toBe(milli)
})
