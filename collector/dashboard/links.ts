/** Addresses: inside the dashboard, and those that tracked pages reported, which nobody may trust. */

type Query = Readonly<Record<string, string | null | undefined>>

/** A path with the parameters that have a value, in the order given. */
export function hrefOf(path: string, query: Query = {}): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value) params.append(name, value)
  const search = params.toString()
  return search === '' ? path : `${path}?${search}`
}

export function leadHref(id: string): string {
  return `/leads/${encodeURIComponent(id)}`
}

export function visitorHref(id: string): string {
  return `/visitors/${encodeURIComponent(id)}`
}

/** The address if a reader may follow it: http and https alone. Everything else stays text. */
export function followableUrl(url: string | null | undefined): string | null {
  const parsed = parseUrl(url)
  if (!parsed) return null
  return parsed.protocol === 'https:' || parsed.protocol === 'http:' ? parsed.href : null
}

/** "/pricing" of an http address; anything else as it was sent. */
export function pathOf(url: string): string {
  if (followableUrl(url) === null) return url
  const parsed = parseUrl(url)
  return parsed ? readable(parsed.pathname) : url
}

export function hostOf(url: string): string | null {
  return followableUrl(url) ? (parseUrl(url)?.host ?? null) : null
}

/** The last part of a path, as a file is called. */
export function fileNameOf(url: string): string {
  const path = pathOf(url)
  return path.split('/').filter(Boolean).at(-1) ?? path
}

function parseUrl(url: string | null | undefined): URL | null {
  if (!url) return null
  try {
    return new URL(url)
  } catch {
    return null
  }
}

function readable(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    // Not every path a browser sends is valid percent-encoding.
    return path
  }
}
