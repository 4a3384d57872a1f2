/** In which browsers somebody is known: how many others, counted up to `limit`, and whether this one is. */
export type DevicesOf = (
  ids: { readonly site: number; readonly email: string | null; readonly userId: string | null },
  browserKey: string,
  limit: number,
) => { readonly others: number; readonly isKnownHere: boolean }
