import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTouchReader } from '../../collector/attribution/touch-reader.ts'
import { holdAt } from '../../collector/identity/claims.ts'
import { bucketsOf, contributionsOf, sessionsOf } from '../../collector/scoring/derive.ts'
import { createMatch } from '../../collector/scoring/match.ts'
import { bucketKey } from '../../collector/scoring/score.ts'
import { openReader } from '../../collector/store/sqlite/connect.ts'
import { stateReader } from '../../collector/store/sqlite/load.ts'
import { eventReader } from '../../collector/store/sqlite/rows.ts'
import { createScanner } from '../../collector/store/sqlite/scan.ts'
import { createTexts } from '../../collector/store/sqlite/texts.ts'
import { modelOf } from '../support/world.ts'
import { deliverUntidily, forWorlds, instantAt, openStore, undo } from './worlds.ts'

/** The scan that a changed matcher asks for counts as derive.ts defines, whatever a rule asks for. */

const PAGE_RULES = [
  '',
  'page: key',
  'path: "/p*"',
  'path: ["/", "/lp"]',
  'host: "docs.*"',
  'host: "shop.*", path: "/*g*"',
]
const SOURCES = ['', 'source: "(direct)"', 'source: [google, "news*"]']
const PROPS = [
  '',
  'props: { video_percent: ">=50" }',
  'props: { has_email: true }',
  'props: { file_extension: "p*" }',
]
const TOUCHES = [
  '',
  'props: { paid: true }',
  'props: { medium: [email, organic] }',
  'props: { campaign: may }',
]
const NAMES = [
  'page_view',
  'file_download',
  '[page_view, add_to_cart]',
  '[form_submit, video_progress]',
  'user_engagement',
]

const pick = <T>(list: readonly T[]) => fc.constantFrom(...list)

/** A rule as a line of a model file: of events, of engaged time, of visits, or of landings. */
const ruleArb = fc
  .tuple(
    fc.oneof(
      fc.record({ on: pick(NAMES), props: pick(PROPS) }),
      fc.record({ on: fc.constant('engaged_time'), props: fc.constant('') }),
      fc.record({ on: pick(['session', 'landing', '[session, landing]']), props: pick(TOUCHES) }),
      fc.record({ on: fc.constant('[landing, page_view]'), props: fc.constant('') }),
    ),
    pick(PAGE_RULES),
    pick(SOURCES),
  )
  .map(([{ on, props }, page, source]) => {
    const where = [page, source, props].filter((part) => part !== '').join(', ')
    const time = on === 'engaged_time' ? ', saturation_s: 60' : ''
    return `on: ${on}, where: { ${where} }, points: 1, half_life_days: 7${time}`
  })

const modelArb = fc
  .array(ruleArb, { minLength: 1, maxLength: 12, size: 'max' })
  .map((rules) =>
    [
      'name: Random',
      'pages: { key: ["/pricing*", "/plans*"] }',
      'rules:',
      ...rules.map((rule, i) => `  - { id: r${i}, label: R, ${rule} }`),
    ].join('\n'),
  )

test('a scan of stored events gives the counts that a derivation from them gives', {
  timeout: 3_600_000,
}, async () => {
  let counted = 0
  await forWorlds(async (worlds) => {
    const store = openStore()
    const db = openReader(store.path)
    try {
      deliverUntidily(store, worlds)
      for (const world of worlds) {
        for (const { which, share } of world.plan.undos) {
          undo(store, world, { which, at: instantAt(world, share) })
        }
      }
      const seed = worlds.reduce((total, { plan }) => total + plan.network, 0) | 0
      for (const yaml of fc.sample(modelArb, { numRuns: 10, seed })) {
        const { rules, spec } = modelOf(yaml)
        const match = createMatch(rules, spec.pages)
        const touchOf = createTouchReader()
        const scan = createScanner(db, createTexts(db))
        const page = scan({ rules, match, touchOf, activity: true })(0)
        const scanned = new Map(
          page?.visitors.map(({ visitor, buckets }) => [visitor, inOrder(buckets)]),
        )
        expect([yaml, scanned]).toEqual([yaml, derivedIn(db, match, touchOf)])
        counted += [...scanned.values()].flat().length
      }
    } finally {
      db.close()
      store.close()
    }
  }, 10)
  expect(counted).toBeGreaterThan(1000)
})

/** The buckets of every visitor, derived from its browser's events. */
function derivedIn(
  db: ReturnType<typeof openReader>,
  match: ReturnType<typeof createMatch>,
  touchOf: ReturnType<typeof createTouchReader>,
) {
  const texts = createTexts(db)
  const eventsOf = eventReader(db, texts, 'WHERE s.browser = ?')
  const readState = stateReader(db, texts)
  const derived = new Map<number, unknown[]>()
  for (const ref of db.prepare('SELECT id FROM browser').pluck().all().map(Number)) {
    const { visitors } = readState(ref, [1, new Uint8Array(16), 0, null])
    const sessions = sessionsOf(eventsOf(ref).map(({ event }) => event))
    const parts = contributionsOf(sessions, match, touchOf)
    const byHold = bucketsOf(parts, (at) => holdAt(visitors, at))
    visitors.forEach((visitor, index) => {
      derived.set(visitor.ref, inOrder(byHold.get(index) ?? new Map()))
    })
  }
  return derived
}

function inOrder<T extends { rule: number; day: number }>(buckets: ReadonlyMap<number, T>): T[] {
  return [...buckets.values()].sort((a, b) => bucketKey(a) - bucketKey(b))
}
