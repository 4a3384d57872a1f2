import { z } from '@hono/zod-openapi'
import { FORMATS, type Format, problemOfText } from '../webhooks/kinds.ts'
import { EVENT_TYPES, type EventType } from '../webhooks/news.ts'
import { FIELDS } from '../webhooks/story.ts'
import { MAX_TEMPLATE } from '../webhooks/template.ts'
import { instant } from './api-query.ts'
import { siteId } from './api-route.ts'

/** What the API is asked of webhooks: the bodies of its requests, and what they come to. */

const EVENT_LIST = `a list of at least one of ${EVENT_TYPES.join(', ')}`
const URL_LIKE = 'an address such as https://crm.example.com/hooks/pique'
const yesOrNo = () => z.boolean({ error: 'true or false' })
const events = () =>
  z
    .array(z.enum(EVENT_TYPES, { error: `one of ${EVENT_TYPES.join(', ')}` }), {
      error: EVENT_LIST,
    })
    .min(1, { error: EVENT_LIST })
    .max(20, { error: EVENT_LIST })
    .openapi({
      description:
        'What to tell. If absent everything; Slack is told of new MQLs and SQLs, and of scores that pass a bar.',
    })
    .nullish()
const personal = () =>
  yesOrNo()
    .openapi({
      description:
        'Send e-mail, user id, name, traits and notes too. Without it a message carries the lead’s id, its score and reasons.',
    })
    .optional()
const manner = {
  format: z
    .enum(FORMATS, { error: `one of ${FORMATS.join(', ')}` })
    .openapi({
      description:
        'How it is written: `standard` (signed JSON, the default), `slack` (for a Slack incoming webhook), or `template` (the text of `template`).',
    })
    .optional(),
  template: z
    .string({ error: 'a text with fields such as {{lead.name}}' })
    .openapi({
      description: `The text to send, up to ${MAX_TEMPLATE} characters, with fields in double braces. One that begins with { has to be JSON and is sent as such, any other as plain text. What was tracked is escaped for the receiver; say \`{{what|markdown}}\` or \`{{what|slack}}\` for a chat whose address does not tell. Fields: ${Object.entries(
        FIELDS,
      )
        .map(([name, says]) => `\`${name}\` (${says})`)
        .join(', ')}.`,
      examples: ['{"msg":"{{lead.name}} is {{stage}}: {{reasons}}"}'],
    })
    .nullish(),
}
export const toAdd = z
  .strictObject(
    {
      url: z
        .string({ error: URL_LIKE })
        .openapi({ example: 'https://crm.example.com/hooks/pique' }),
      events: events(),
      site: siteId.openapi({ description: 'Only leads of this site.', example: 'si_1' }).nullish(),
      personal: personal(),
      ...manner,
    },
    {
      error:
        'an object with `url` and optionally `events`, `site`, `personal`, `format` and `template`',
    },
  )
  .openapi('WebhookToAdd')
export const toChange = z
  .strictObject(
    {
      enabled: yesOrNo().openapi({ example: false }).optional(),
      events: events(),
      personal: personal(),
      ...manner,
    },
    {
      error:
        'an object with at least one of `enabled`, `events`, `personal`, `format` and `template`',
    },
  )
  .refine((body) => Object.keys(body).length > 0, {
    error:
      'an object with at least one of `enabled`, `events`, `personal`, `format` and `template`',
  })
  .openapi('WebhookChange')
export const toReplay = z
  .strictObject(
    {
      since: instant('start', 'Told then or later; everything if absent.').optional(),
      until: instant('end', 'Told then or before.').optional(),
    },
    { error: 'an object with optionally `since` and `until`' },
  )
  .openapi('WebhookReplay')

interface Wish {
  readonly format?: Format | undefined
  readonly template?: string | null | undefined
}
type Manner = { readonly format: Format; readonly template: string | null }
type ReadManner =
  | { readonly ok: true; readonly manner: Manner }
  | { readonly ok: false; readonly problem: string }

/** How a webhook is to be written to: what is wished for, and of before what is not. */
export function mannerOf(
  wish: Wish,
  before: Manner,
  events: Parameters<typeof problemOfText>[1],
): ReadManner {
  const format = wish.format ?? before.format
  const asked = wish.template ?? null
  if (format !== 'template') {
    return asked === null
      ? { ok: true, manner: { format, template: null } }
      : { ok: false, problem: 'template is for the format “template” alone' }
  }
  const template = wish.template === undefined ? before.template : wish.template
  if (template === null) return { ok: false, problem: 'template is missing; expected the text' }
  const wrong = problemOfText(template, events)
  return wrong === null
    ? { ok: true, manner: { format, template } }
    : { ok: false, problem: `template ${wrong}` }
}

/** Each once, in their order; null where it is left to the format. */
export function chosenOf(
  events: readonly EventType[] | null | undefined,
): readonly EventType[] | null {
  return events ? EVENT_TYPES.filter((type) => events.includes(type)) : null
}
