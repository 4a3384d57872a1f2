import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWhole, type Whole } from './access-fixture.ts'

/** Addresses that somebody made up: every screen answers, and says nothing that is a program's own. */

let whole: Whole
let cookie: string
beforeAll(async () => {
  whole = await createWhole()
  cookie = await whole.sessionOf('owner')
})
afterAll(() => whole.service.close())

const LISTS = 'done sort cols stage grade source seen_since new_since min_score cursor q site'
const PAGES = {
  '/': 'done lead outcome type site',
  '/live.json': 'since for check site',
  '/leads': LISTS,
  '/leads.csv': LISTS,
  '/leads/ld_1': 'done lead outcome type adjustment cursor site',
  '/visitors': 'anonymous cursor site',
  '/visitors/vi_1': 'cursor site',
  '/sources': 'by touch period channel source medium campaign sort site',
  '/sources.csv': 'by touch period sort',
  '/model': 'done version was gained lost rule',
  '/model/diff': 'from to',
  '/model/edit': 'from as',
  '/connect': 'tab for check at done cursor site',
  '/connect/export': 'what format since until site',
  '/connect/webhooks': 'done site',
  '/settings/people': 'done',
  '/settings/audit': 'who what on cursor done',
}
const VALUES = ['constructor', '__proto__', '1e999', '-1', '\ud800\u0000']

test.each(Object.entries(PAGES))('%s', async (page, names) => {
  for (const name of names.split(' ')) {
    for (const value of VALUES) {
      const path = `${page}?${new URLSearchParams({ [name]: value })}`
      const answer = await whole.request(path, { headers: { cookie } })
      const text = await answer.text()
      expect(answer.status, path).toBeLessThan(500)
      const oddity = /native code|\[object |NaN<|Invalid Date|>undefined<|class="notice"/.exec(text)
      expect([path, oddity?.[0]]).toEqual([path, undefined])
    }
  }
})
