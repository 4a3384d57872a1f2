/**
 * How deep plain data may be nested before anything recurses into it: where the stack is nearly used up,
 * V8 ends the process when it compiles a regular expression, and no `catch` helps; 20 KB of `- - -` as
 * YAML do it.
 */

/** A model needs six, settings two. */
export const MAX_LEVELS = 100
/** In the tree of the YAML parser a level is four: a token, its items, an item, its value. */
const OBJECTS_A_LEVEL = 4

/** Whether YAML, as tokens of its parser, is nested too deeply to be composed. */
export function isYamlTooDeep(tokens: unknown): boolean {
  return isDeeperThan(MAX_LEVELS * OBJECTS_A_LEVEL, tokens)
}

/** Whether something is nested deeper than that; what contains itself is. */
export function isDeeperThan(levels: number, value: unknown): boolean {
  const stack: (readonly [value: unknown, depth: number])[] = [[value, 0]]
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [here, depth] = top
    if (typeof here !== 'object' || here === null) continue
    if (depth > levels) return true
    for (const inner of Object.values(here)) stack.push([inner, depth + 1])
  }
  return false
}
