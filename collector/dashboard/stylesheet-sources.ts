/** Sources: the funnel by where people came from. */
export const sourcesStyles = `
`
