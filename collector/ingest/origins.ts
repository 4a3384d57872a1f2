/** Whether a site takes what a page of this origin sends; a site that lists no origins takes any. */
export function isAllowed(
  origin: string | null,
  site: { readonly origins: readonly string[] },
): boolean {
  return site.origins.length === 0 || origin === null || site.origins.includes(origin)
}
