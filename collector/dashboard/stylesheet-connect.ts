/** Connect: where the tag goes, and what flows in and out. */
export const connectStyles = `
`
