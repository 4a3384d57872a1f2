/** What an operation is called in a client that is generated from the description. */

interface Named {
  readonly method: string
  /** Below the base, with parameters in braces. */
  readonly path: string
  /** Whether the answer is a list. */
  readonly isList: boolean
}

const VERBS: Readonly<Record<string, string>> = { patch: 'update', put: 'put', delete: 'delete' }
/** Last words of a path that say what is done, and not to what. */
const DEEDS = /^(simulate|publish|rollback|rotate|test|replay|requeue|sync|check)$/

/**
 * The id of an operation, from what never changes of it: `listLeads`, `getLead`, `createLeadOutcome`,
 * `replayWebhookDelivery`. Always the same for the same method and path.
 */
export function operationIdOf({ method, path, isList }: Named): string {
  const steps = path.split('/').filter(Boolean)
  const last = steps.at(-1) ?? ''
  const isOne = last.startsWith('{')
  const words = steps.filter((step) => !step.startsWith('{'))
  const deed = method === 'post' && DEEDS.test(last) ? words.pop() : undefined
  const nouns = words.map((word, at) => {
    const isLast = at === words.length - 1
    const isMany = isLast && !isOne && !deed && method !== 'post'
    return capital(isMany ? word : singular(word))
  })
  const verb = deed ?? (method === 'get' ? (isList ? 'list' : 'get') : VERBS[method]) ?? 'create'
  return verb + nouns.join('')
}

function singular(word: string): string {
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`
  return word.endsWith('s') ? word.slice(0, -1) : word
}

function capital(word: string): string {
  return word
    .split(/[-_]/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')
}
