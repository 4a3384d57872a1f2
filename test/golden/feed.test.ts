import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ChangeJson } from '../../collector/store/change-shapes.ts'
import type { InternalReader } from '../../collector/store/sqlite/read/reader.ts'
import { randomOf } from '../support/random.ts'
import { eventAt, found } from '../support/world.ts'
import {
  deliver,
  END,
  forWorlds,
  leadsIn,
  networkGroups,
  openStore,
  readDb,
  undo,
} from './worlds.ts'

/** What whoever reads the feed knows, against what the store says by other ways. */

/** A reader that keeps leads by what the feed tells, and nothing else. */
function createFollower(reader: InternalReader, limit: number) {
  const stages = new Map<string, string>()
  const scores = new Map<string, number>()
  const seen = new Set<string>()
  const broken: string[] = []
  let after = '0'
  function take(entry: ChangeJson): void {
    if (seen.has(entry.id)) broken.push(`${entry.id} came twice`)
    seen.add(entry.id)
    if (entry.type === 'lead.identified') {
      if (stages.has(entry.lead)) broken.push(`${entry.lead} is new again`)
      stages.set(entry.lead, 'lead')
    } else if (entry.type === 'lead.stage_changed') {
      const before = stages.get(entry.lead)
      if (before !== entry.from) broken.push(`${entry.lead} was ${before}, not ${entry.from}`)
      const sum = entry.reasons.reduce((total, { milli }) => total + milli, 0)
      if (sum !== entry.score_milli) broken.push(`${entry.lead}: ${sum} is not its score`)
      stages.set(entry.lead, entry.to)
    } else if (entry.type === 'lead.score_changed') scores.set(entry.lead, entry.score_milli)
    else if (entry.type === 'lead.merged' || entry.type === 'lead.erased') {
      const gone = entry.type === 'lead.merged' ? entry.merged : entry.lead
      stages.delete(gone)
      scores.delete(gone)
    }
  }
  return {
    stages,
    scores,
    broken,
    /** Reads on to the end. */
    async follow(now: number): Promise<void> {
      for (;;) {
        const { data, next_cursor } = await found(reader.changes({ after, limit }, now))
        data.forEach(take)
        after = next_cursor
        if (data.length === 0) return
      }
    },
  }
}

function stagesIn(path: string): Map<string, string> {
  const rows = readDb(path, (db) => db.prepare('SELECT id, stage FROM lead').raw().all())
  return new Map((rows as [number, string][]).map(([ref, stage]) => [`ld_${ref}`, stage]))
}

/** By id, so that two can be compared. */
const sorted = (map: ReadonlyMap<string, unknown>) =>
  [...map].sort(([a], [b]) => a.localeCompare(b))

test('whoever reads on, and whoever begins at the end, know every lead and its stage', async () => {
  await forWorlds(
    async (worlds) => {
      const store = openStore()
      const follower = createFollower(store.reader, 3)
      const random = randomOf(worlds[0]?.plan.network ?? 1)
      let at = 0
      for (const group of networkGroups(worlds)) {
        at = Math.max(at, ...group.map(({ receivedAt }) => receivedAt))
        deliver(store, group)
        const world = random.pick(worlds)
        const [lead] = random.shuffle(leadsIn(store.path, world.tag))
        const fate = random.next()
        if (fate < 0.1) undo(store, world, { which: random.int(9), at })
        else if (fate < 0.15 && lead) store.service.erase(lead.ref, at)
        else if (fate < 0.25 && lead) {
          const said = { lead: lead.ref, at, recordedAt: at, by: 'test', reason: null }
          const type = random.pick(['qualify_lead', 'close_convert_lead'] as const)
          store.service.addOutcome({ ...said, type, value: null, currency: null })
        } else if (fate < 0.3 && lead) {
          store.service.addAdjustment({ lead: lead.ref, at, by: 'test', label: 'x', milli: 30_000 })
        } else if (fate < 0.5) store.service.look(at)
        if (random.next() < 0.5) await follower.follow(at)
      }
      store.service.look(END)
      while (store.service.work(END));
      await follower.follow(END)
      const late = createFollower(store.reader, 100)
      await late.follow(END)
      const stages = stagesIn(store.path)
      expect(follower.broken).toEqual([])
      expect(sorted(follower.stages)).toEqual(sorted(stages))
      expect(sorted(late.stages)).toEqual(sorted(stages))
      expect([...late.scores.keys()].sort()).toEqual([...stages.keys()].sort())
      for (const [id, milli] of late.scores) {
        expect((await found(store.reader.lead(id, {}, END))).score_milli).toBe(milli)
      }
      store.close()
    },
    10,
    0.3,
  )
})

test('who turns out to be one is told with its stage; who is erased leaves that alone, merged or not', async () => {
  const store = openStore()
  const at = END - 1000
  const say = (browser: string, props: Record<string, string>, type = 'identify', on = at) =>
    store.deliver({ browser, human: true, sentAt: at, events: [eventAt(on, type, { props })] }, at)
  const [shop, phone] = [randomUUID(), randomUUID()]
  say(shop, { email: 'ada@corp.example' })
  say(phone, { user_id: '7' })
  const said = {
    lead: 1,
    at,
    recordedAt: at,
    by: 'test',
    reason: null,
    value: null,
    currency: null,
  }
  store.service.addOutcome({ ...said, lead: 2, type: 'qualify_lead' })
  store.service.addOutcome({ ...said, type: 'close_convert_lead' })
  const follower = createFollower(store.reader, 2)
  await follower.follow(END)
  say(shop, { email: 'ada@corp.example', user_id: '7' }, 'identify', at - 5000)
  await follower.follow(END)
  expect(follower.broken).toEqual([])
  expect(sorted(follower.stages)).toEqual(sorted(stagesIn(store.path)))
  const [left] = [...follower.stages.keys()]
  expect(follower.stages.size).toBe(1)
  store.service.erase(Number(left?.slice(3)), at)
  const { data } = await found(store.reader.changes({ limit: 100 }, END))
  expect(data.map(({ type, lead }) => `${type} ${lead}`).sort()).toEqual([
    'lead.erased ld_1',
    'lead.erased ld_2',
  ])
  store.close()
})
