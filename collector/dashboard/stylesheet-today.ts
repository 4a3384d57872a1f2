/** Today: who waits, who heats up and cools down, who is here. */
export const todayStyles = `
`
