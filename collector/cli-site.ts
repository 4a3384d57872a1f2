import { publicId } from './store/ids.ts'

/** Which site a command line means: by its id, such as si_1, or by the key that its tag carries. */

type Known = { readonly key: string } & ({ readonly ref: number } | { readonly id: string })

/** The site of an id or key; throws where there is none. */
export function siteNamed<One extends Known>(sites: readonly One[], asked: string): One {
  const found = sites.find((one) => one.key === asked || idOf(one) === asked)
  if (!found) throw new Error(`there is no site ${asked}; \`pique site list\` shows them`)
  return found
}

/** The same, or the only site where none is asked for; throws where there are several. */
export function siteOrOnly<One extends Known>(
  sites: readonly One[],
  asked: string | undefined,
): One {
  if (asked !== undefined) return siteNamed(sites, asked)
  const [only, ...others] = sites
  if (!only) throw new Error('the store has no site; `pique site add` makes one')
  if (others.length > 0) {
    throw new Error(
      'there are several sites; say which with --site, as `pique site list` shows them',
    )
  }
  return only
}

function idOf(one: Known): string {
  return 'id' in one ? one.id : publicId('site', one.ref)
}
