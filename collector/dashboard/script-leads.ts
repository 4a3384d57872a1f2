/** The list of leads. Part of the page script: what stands in page-script.ts may be used. */
export const leadsScript = `
`
