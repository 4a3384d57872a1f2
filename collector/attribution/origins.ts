/**
 * Where visits came from and landed, told apart by number, so that a visitor's is one number in a column:
 * every pair of a touch and a landing page once. Number 0 is "nobody knows".
 */

export interface TouchWords {
  readonly channel: string
  readonly source: string
  readonly medium: string
  readonly campaign: string | null
}

/** How the numbers of a store are read. */
export interface OriginReads {
  touch(ref: number): TouchWords | undefined
  url(ref: number): string | null
}

/** The names of one dimension; the name of number 0 is null. */
export interface Names {
  readonly list: readonly (string | null)[]
  refOf(name: string | null): number
}

const COLUMNS = ['channel', 'source', 'medium', 'campaign', 'landing', 'came'] as const
/** `came` is source and medium together. */
type Column = (typeof COLUMNS)[number]

export interface Origins {
  /** The number of a touch that landed there; both as the store numbers them. */
  of(touch: number | null, url: number | null, reads: OriginReads): number
  readonly names: Readonly<Record<Column, Names>>
  /** By number of origin: the number of its name. */
  readonly columns: Readonly<Record<Column, readonly number[]>>
  /** Addresses are only remembered while many are asked for. */
  forgetAddresses(): void
}

/** More touches than a store can have pages for; pairs are one number of at most 53 bits. */
const LANDINGS = 2 ** 26

export function createOrigins(): Origins {
  const names = each(() => createNames())
  const columns = each((): number[] => [0])
  const touches = new Map<number, number>()
  const landings = new Map<number, number>()
  const pairs = new Map<number, number>()
  const words = new Map<string, number>()
  const known: (readonly number[])[] = []

  /** One number for all touches that say the same of these four. */
  function wordsOf(ref: number, reads: OriginReads): number {
    const before = touches.get(ref)
    if (before !== undefined) return before
    const touch = reads.touch(ref)
    const own = touch
      ? [
          names.channel.refOf(touch.channel),
          names.source.refOf(touch.source),
          names.medium.refOf(touch.medium),
          names.campaign.refOf(touch.campaign),
          names.came.refOf(cameOf(touch)),
        ]
      : [0, 0, 0, 0, 0]
    const key = own.join(' ')
    const number = words.get(key) ?? known.push(own) - 1
    words.set(key, number)
    touches.set(ref, number)
    return number
  }

  function landingOf(url: number, reads: OriginReads): number {
    const before = landings.get(url)
    if (before !== undefined) return before
    const number = names.landing.refOf(pageOf(reads.url(url)))
    landings.set(url, number)
    return number
  }

  return {
    names,
    columns,
    of(touch, url, reads) {
      if (touch === null) return 0
      const word = wordsOf(touch, reads)
      const landing = url === null ? 0 : landingOf(url, reads)
      const pair = word * LANDINGS + landing
      const before = pairs.get(pair)
      if (before !== undefined) return before
      const [channel = 0, source = 0, medium = 0, campaign = 0, came = 0] = known[word] ?? []
      const number = columns.channel.push(channel) - 1
      columns.source.push(source)
      columns.medium.push(medium)
      columns.campaign.push(campaign)
      columns.came.push(came)
      columns.landing.push(landing)
      pairs.set(pair, number)
      return number
    },
    forgetAddresses: () => landings.clear(),
  }
}

function createNames(): Names {
  const list: (string | null)[] = [null]
  const refs = new Map<string, number>()
  return {
    list,
    refOf(name) {
      if (name === null) return 0
      const before = refs.get(name)
      if (before !== undefined) return before
      const ref = list.push(name) - 1
      refs.set(name, ref)
      return ref
    },
  }
}

function each<T>(make: () => T): Record<Column, T> {
  return Object.fromEntries(COLUMNS.map((column) => [column, make()])) as Record<Column, T> // of every column
}

const BETWEEN = ' / '

function cameOf({ source, medium }: TouchWords): string {
  return `${source}${BETWEEN}${medium}`
}

/** Host and path of an address, as pages are told apart: without query. */
export function pageOf(url: string | null): string | null {
  if (url === null) return null
  const [whole = ''] = url.split(/[?#]/, 1)
  return whole.replace(/^https?:\/\//, '')
}
