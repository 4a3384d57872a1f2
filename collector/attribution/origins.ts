/**
 * Where visits came from and landed, told apart by number, so that each is a number in a column. Touches that
 * say the same words are one; number 0 is "nobody knows", of words as of pages.
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

/** `came` is source and medium together. */
const COLUMNS = ['channel', 'source', 'medium', 'campaign', 'came'] as const
export type Column = (typeof COLUMNS)[number]

export interface Origins {
  /** The number of a touch's words; the touch as the store numbers it. */
  wordsOf(touch: number, reads: OriginReads): number
  /** The number of a page, which has no query; the address as the store numbers it. */
  pageOf(url: number, reads: OriginReads): number
  readonly names: Readonly<Record<Column, Names>>
  readonly pages: Names
  /** By number of words: the number of each name in them. */
  readonly columns: Readonly<Record<Column, readonly number[]>>
  /** Numbers of the store's are only remembered while many are asked for. */
  forget(): void
}

export function createOrigins(): Origins {
  const names = each(() => createNames())
  const pages = createNames()
  const columns = each((): number[] => [0])
  const known = new Map<string, number>()
  const byTouch = new Map<number, number>()
  const byUrl = new Map<number, number>()

  function add(touch: TouchWords): number {
    const own = {
      channel: names.channel.refOf(touch.channel),
      source: names.source.refOf(touch.source),
      medium: names.medium.refOf(touch.medium),
      campaign: names.campaign.refOf(touch.campaign),
      came: names.came.refOf(cameOf(touch)),
    }
    return remember(known, Object.values(own).join(' '), () => {
      for (const column of COLUMNS) columns[column].push(own[column])
      return columns.channel.length - 1
    })
  }
  return {
    names,
    pages,
    columns,
    wordsOf(touch, reads) {
      return remember(byTouch, touch, () => {
        const words = reads.touch(touch)
        return words ? add(words) : 0
      })
    },
    pageOf: (url, reads) => remember(byUrl, url, () => pages.refOf(pathOf(reads.url(url)))),
    forget() {
      byTouch.clear()
      byUrl.clear()
    },
  }
}

function remember<K>(map: Map<K, number>, key: K, make: () => number): number {
  const before = map.get(key)
  if (before !== undefined) return before
  const made = make()
  map.set(key, made)
  return made
}

function createNames(): Names {
  const list: (string | null)[] = [null]
  const refs = new Map<string, number>()
  return {
    list,
    refOf: (name) => (name === null ? 0 : remember(refs, name, () => list.push(name) - 1)),
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
export function pathOf(url: string | null): string | null {
  if (url === null) return null
  const [whole = ''] = url.split(/[?#]/, 1)
  return whole.replace(/^https?:\/\//, '')
}
