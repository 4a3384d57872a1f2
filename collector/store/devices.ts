/** In how many browsers somebody is known, counted up to `limit`, and whether this is one of them. */
export type DevicesOf = (
  ids: { readonly site: number; readonly email: string | null; readonly userId: string | null },
  browserKey: string,
  limit: number,
) => { readonly known: number; readonly isKnownHere: boolean }
