/** The editor of the model. Part of the page script: what stands in page-script.ts may be used. */
export const modelScript = `
`
