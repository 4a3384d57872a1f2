/** Model: rules, forms, the editor, and what a draft would change. */
export const modelStyles = `
`
