/** A list in parts that are short enough to be done in one go. */
export function* piecesOf<T>(all: readonly T[], most: number): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += most) yield all.slice(at, at + most)
}
