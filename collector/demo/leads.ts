/**
 * The people who make themselves known. `heat` decides how lately and how much: the hot ones have
 * been busy this week, some within the hour; the cold ones signed up once and went quiet. Some use a
 * second browser, a few pairs share one computer.
 */
import { type Browser, drawBrowser } from './browsers.ts'
import { awakeZone, DAY_MS, drawMoment, HOUR_MS, MINUTE_MS, ZONES } from './calendar.ts'
import { createPeople, type Person } from './people.ts'
import { COLD, type Heat, heatOf } from './plots.ts'
import type { Random } from './random.ts'
import type { AudienceOptions, Outing, Story } from './story.ts'

const BUSY_NOW = 4
const LEADS_PER_SHARED_PAIR = 38

export function planLeads(random: Random, options: AudienceOptions): readonly Story[] {
  const nextPerson = createPeople(random.fork())
  const pairs = Math.floor(options.leads / LEADS_PER_SHARED_PAIR)
  const stories: Story[] = []
  for (let index = 0; index < options.leads - pairs; index++) {
    const heat = heatOf(index / options.leads)
    const own = random.fork()
    const person = nextPerson()
    const story = tellLead(own, options, { heat, person, isBusyNow: index < BUSY_NOW })
    // Colleagues at one computer: the second makes themselves known well after the first is done.
    const isShared = heat === COLD && index >= options.leads - 2 * pairs
    const sharer = isShared ? [tellSharer(own, options, nextPerson(), story)] : []
    stories.push({ ...story, outings: [...story.outings, ...sharer] })
    if (!isShared && own.chance(heat.secondBrowser))
      stories.push(tellPhone(own, options, person, story))
  }
  return stories
}

interface Casting {
  readonly heat: Heat
  readonly person: Person
  readonly isBusyNow: boolean
}

function tellLead(random: Random, options: AudienceOptions, casting: Casting): Story {
  const { span } = options
  const zone = casting.isBusyNow ? awakeZone(span.to) : random.weighted(ZONES)
  const [quietFrom, quietTo] = casting.heat.quietDays
  const lastAt = casting.isBusyNow
    ? span.to - random.whole(8 * MINUTE_MS, 48 * MINUTE_MS)
    : near(random, options, span.to - random.between(quietFrom, quietTo) * DAY_MS, zone)
  const steps = random.weighted(casting.heat.plots)
  const outings = steps.map(([daysBefore, kind]): Outing => {
    const target = lastAt - daysBefore * random.between(0.8, 1.2) * DAY_MS
    const at = daysBefore === 0 ? lastAt : near(random, options, target, zone)
    return { at, kind, person: casting.person }
  })
  return { browser: browserFor(random, 'laptop', outings), outings }
}

/** The same person on a phone, known there because they left the same address. */
function tellPhone(random: Random, options: AudienceOptions, person: Person, main: Story): Story {
  const zone = random.weighted(ZONES)
  const lastAt = Math.max(...main.outings.map((outing) => outing.at))
  const signUpAt = near(random, options, lastAt - random.between(1, 9) * DAY_MS, zone)
  const outings: readonly Outing[] = [
    { at: signUpAt, kind: 'subscribe', person },
    {
      at: near(random, options, signUpAt + random.between(0.6, 3) * DAY_MS, zone),
      kind: 'browse',
      person,
    },
  ]
  return { browser: browserFor(random, 'phone', outings), outings }
}

function tellSharer(
  random: Random,
  options: AudienceOptions,
  person: Person,
  first: Story,
): Outing {
  const doneAt = Math.max(...first.outings.map((outing) => outing.at)) + 3 * HOUR_MS
  const at = random.between(doneAt, Math.max(doneAt, options.span.to - DAY_MS))
  return { at: Math.floor(at), kind: random.chance(0.7) ? 'contact' : 'subscribe', person }
}

function browserFor(
  random: Random,
  device: 'laptop' | 'phone',
  outings: readonly Outing[],
): Browser {
  return drawBrowser(random, device, Math.min(...outings.map((outing) => outing.at)))
}

/** A believable moment within a day of the target, and within the history. */
function near(random: Random, { span }: AudienceOptions, target: number, zone: number): number {
  const inside = (at: number) => Math.min(Math.max(at, span.from), span.to - 10 * MINUTE_MS)
  const from = inside(target - 0.7 * DAY_MS)
  const to = inside(target + 0.7 * DAY_MS)
  return drawMoment(random, { from, to }, { zone, growing: false })
}
