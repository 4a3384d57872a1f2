/** The list of leads: columns, sparklines, saved views. */
export const leadsStyles = `
`
