import { nearestName } from '../scoring/words.ts'
import { escaped as asSlack } from './slack.ts'
import { FIELDS, type Field, SAFE_FIELDS, type Story } from './story.ts'

/**
 * An owner's own text, for any receiver: `{{field}}` is replaced by what the news says, from a fixed list
 * of fields. A text that begins with `{` is JSON: values are escaped so that it stays what it is. What was
 * tracked is text for the receiver too: a chat that reads mark-up is known by its address, and any other
 * is told with `{{field|markdown}}` or `{{field|slack}}`.
 */

export type Dialect = 'slack' | 'markdown'

export const MAX_TEMPLATE = 4000
const MAX_PLACES = 100
const PLACE = /\{\{([^{}]*)\}\}/g
const INSIDE = /^\s*([a-z_.0-9]+)\s*(?:\|\s*([a-z]+)\s*)?$/
const NAMES = Object.keys(FIELDS)
const DIALECTS: readonly string[] = ['slack', 'markdown'] satisfies readonly Dialect[]

interface Place {
  readonly field: Field
  readonly dialect: Dialect | null
}

/** `{` begins JSON, and `{{` a field. */
export function isJsonTemplate(template: string): boolean {
  return /^\s*\{(?!\{)/.test(template)
}

/** What is wrong with how a text is written, or null; whether it makes JSON is for who has examples. */
export function problemOfTemplate(template: string): string | null {
  if (template.trim() === '') return 'is empty; write what is to be sent, such as {{what}}'
  if (template.length > MAX_TEMPLATE) {
    return `has ${template.length} characters; at most ${MAX_TEMPLATE} are taken`
  }
  const places = [...template.matchAll(PLACE)].map(([whole, inside = '']) => ({ whole, inside }))
  if (places.length > MAX_PLACES) return `has more than ${MAX_PLACES} fields`
  for (const { whole, inside } of places) {
    const wrong = problemOfPlace(whole, inside)
    if (wrong !== null) return wrong
  }
  const isOpen = template.replace(PLACE, '').includes('{{')
  return isOpen ? 'has {{ without a field and }} behind it, such as {{lead.name}}' : null
}

function problemOfPlace(whole: string, inside: string): string | null {
  const [, name = inside.trim(), dialect] = INSIDE.exec(inside) ?? []
  if (!Object.hasOwn(FIELDS, name)) {
    const nearest = nearestName(name, NAMES)
    const meant = nearest === null ? '.' : `; did you mean {{${nearest}}}?`
    return `has ${whole.slice(0, 80)}, which is no field${meant} Fields are ${NAMES.join(', ')}`
  }
  if (dialect === undefined || DIALECTS.includes(dialect)) return null
  return `has ${whole.slice(0, 80)}; after | stands ${DIALECTS.join(' or ')}`
}

/** Writes a text out; `receiver` is what a chat reads that is known by its address. */
export function renderTemplate(template: string, story: Story, receiver: Dialect | null): string {
  const isJson = isJsonTemplate(template)
  return template.replace(PLACE, (whole, inside: string) => {
    const place = placeOf(inside)
    if (place === null) return whole
    const { field, dialect } = place
    const value = story[field]
    const text = SAFE_FIELDS.has(field) ? value : inDialect(value, dialect ?? receiver)
    return isJson ? inJson(text) : text
  })
}

function placeOf(inside: string): Place | null {
  const [, name = '', dialect] = INSIDE.exec(inside) ?? []
  if (!Object.hasOwn(FIELDS, name)) return null
  // A name of the table, and one of the two where `problemOfTemplate` let it pass.
  return { field: name as Field, dialect: (dialect as Dialect | undefined) ?? null }
}

/** Between the quotes of a JSON string, where nothing is markup for a page that shows it either. */
function inJson(text: string): string {
  const coded = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[<>&\u2028\u2029]/g, coded)
}

function inDialect(text: string, dialect: Dialect | null): string {
  if (dialect === 'slack') return asSlack(text)
  return dialect === 'markdown' ? asMarkdown(text) : text
}

/** A mention of everybody can't be escaped in every chat; a space of no width is no part of a name. */
const NO_WIDTH = '\u200b'

function asMarkdown(text: string): string {
  return text
    .replace(/[\\`*_~|<>#[\]()!]/g, '\\$&')
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/\bwww\./gi, 'www\\.')
    .replace(/(^|[^\w.])@(?=everyone|here|channel|all)/gi, `$1@${NO_WIDTH}`)
}

/** Chats that are known by their address, and what they read. */
const CHATS: readonly (readonly [RegExp, Dialect])[] = [
  [/(^|\.)slack\.com$/, 'slack'],
  [/^chat\.googleapis\.com$/, 'slack'],
  [/(^|\.)discord(app)?\.com$/, 'markdown'],
  [/\.(office|office365|powerplatform)\.com$|\.logic\.azure\.com$/, 'markdown'],
]

export function dialectOf(host: string): Dialect | null {
  return CHATS.find(([pattern]) => pattern.test(host.toLowerCase()))?.[1] ?? null
}
