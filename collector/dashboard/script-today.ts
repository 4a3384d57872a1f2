/** The queues of Today. Part of the page script: what stands in page-script.ts may be used. */
export const todayScript = `
`
