import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTouchReader } from '../../collector/attribution/touch-reader.ts'
import { foldGroup } from '../../collector/ingest/fold.ts'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'
import type { CompiledModel } from '../../collector/scoring/match.ts'
import { createSqliteReader } from '../../collector/store/sqlite/read/reader.ts'
import { openSqliteStore } from '../../collector/store/sqlite/store.ts'
import type { ClaimMade, Delivery, WriteStore } from '../../collector/store/store.ts'
import { defaultModel, defaultModelYaml } from '../support/world.ts'

/** Links in e-mails, which identify weakly: an e-mail is passed on, and then its link is nobody's. */

const NOW = Date.UTC(2026, 5, 10, 12)
const touchOf = createTouchReader()

let directory: string
let store: WriteStore
let model: CompiledModel
let ids = 0

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pique-test-'))
  store = openSqliteStore(join(directory, 'pique.db'), 'alone')
  store.models.active(defaultModelYaml(), NOW)
  model = defaultModel(store.models.ruleRef)
  const facts = { origins: [], needsSignature: false, isGenerated: false, createdAt: NOW }
  store.addSite({ name: 'Test', key: 'k', writeKey: 'w', signingSecret: 's', ...facts })
})
afterEach(async () => {
  const reader = createSqliteReader(join(directory, 'pique.db'), createMailDomains('', ''))
  expect((await reader.verify()).differences).toEqual([])
  store.close()
  rmSync(directory, { recursive: true })
})

const byLink = (email: string, link: string): ClaimMade => ({
  userId: null,
  email,
  strength: 'weak',
  evidence: 'email_link',
  traits: {},
  link,
})
const byForm = (email: string): ClaimMade => ({
  ...byLink(email, ''),
  strength: 'medium',
  evidence: 'form',
  link: null,
})

function claimed(browser: string, at: number, claim: ClaimMade): Delivery {
  ids += 1
  const event = {
    id: ids.toString(16).padStart(32, '0'),
    external: null,
    isServer: false,
    type: 'identify',
    at,
    session: null,
    human: true,
    bot: null,
    url: null,
    referrer: null,
    title: null,
    view: null,
    viewAt: null,
    engagedMs: null,
    scroll: null,
    props: null,
    claim,
    index: 0,
    refusal: null,
  }
  return {
    site: 1,
    browserKey: browser.repeat(32),
    external: null,
    isCookieless: false,
    receivedAt: at,
    skewMs: null,
    human: true,
    device: null,
    events: [event],
  }
}

function deliver(...deliveries: Delivery[]): void {
  for (const delivery of deliveries) {
    store.apply((transaction) => {
      const { changes } = foldGroup([delivery], transaction.now, model.match, touchOf)
      transaction.write(changes, [], delivery.receivedAt)
    })
  }
}

/** Who holds each browser, by e-mail, hold after hold. */
function holdersOf(...browsers: string[]): unknown[] {
  return store.apply(({ now }) =>
    browsers.map((browser) => {
      const known = now.knownBrowser(claimed(browser, NOW, byForm('')))
      return known?.visitors.map(({ lead }) => (lead === null ? null : now.idsOf(lead).emails[0]))
    }),
  )
}

const FIRST = claimed('a', NOW, byLink('ann@corp.example', 'l1'))
const PASSED_ON = claimed('b', NOW + 1000, byLink('ann@corp.example', 'l1'))
const ANN = claimed('a', NOW + 2000, byForm('ann@corp.example'))
const CYD = claimed('b', NOW + 3000, byForm('cyd@corp.example'))

test('a link joins the browser it was followed in', () => {
  deliver(FIRST)
  expect(holdersOf('a')).toEqual([['ann@corp.example']])
})

test.each([
  ['in order', [FIRST, PASSED_ON, ANN, CYD]],
  ['the other way round', [CYD, ANN, PASSED_ON, FIRST]],
  ['the owner last', [FIRST, PASSED_ON, CYD, ANN]],
  ['that it was followed elsewhere last', [ANN, FIRST, CYD, PASSED_ON]],
])('one that was passed on identifies nobody, whatever is learnt first: %s', (_, deliveries) => {
  deliver(...deliveries)
  expect(holdersOf('a', 'b')).toEqual([['ann@corp.example'], ['cyd@corp.example']])
})

test('it does not take a browser that a form gave to somebody else', () => {
  deliver(CYD, claimed('b', NOW + 9000, byLink('ann@corp.example', 'l2')))
  expect(holdersOf('b')).toEqual([['cyd@corp.example']])
})

test('until it is known to be passed on, it holds from its own instant on', () => {
  deliver(FIRST, PASSED_ON, ANN)
  expect(holdersOf('a', 'b')).toEqual([['ann@corp.example'], ['ann@corp.example']])
  deliver(CYD)
  expect(holdersOf('a', 'b')).toEqual([['ann@corp.example'], ['cyd@corp.example']])
})
