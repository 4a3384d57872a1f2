/** Files bundled as their text. */
declare module '*.yaml' {
  const text: string
  export default text
}
declare module '*.txt' {
  const text: string
  export default text
}
