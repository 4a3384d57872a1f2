import type { Stage } from '../store/shapes.ts'
import {
  type BodyOptions,
  bodyOf,
  EVENT_TYPES,
  type EventType,
  type News,
  testBodyOf,
} from './news.ts'
import { slackBody } from './slack.ts'
import { type Story, storyOf } from './story.ts'
import { dialectOf, isJsonTemplate, problemOfTemplate, renderTemplate } from './template.ts'

/** The kinds of receivers: a program that reads Standard Webhooks, Slack, or anything that takes a text. */

export const FORMATS = ['standard', 'slack', 'template'] as const
export type Format = (typeof FORMATS)[number]

/** How a webhook is spoken to. */
export interface Manner {
  readonly format: Format
  /** An owner's own text; null but for `template`. */
  readonly template: string | null
  /** Of its address. */
  readonly host: string
}

/** What a channel full of people is told, where nobody chose: who is worth a call, and nothing else. */
const SLACK_EVENTS: readonly EventType[] = ['lead.stage_changed', 'lead.score_crossed']
const SLACK_STAGES: readonly Stage[] = ['mql', 'sql']

export interface Selection {
  readonly events: readonly EventType[]
  /** Of changes of the stage only those to one of these; null for every one. */
  readonly stages: readonly Stage[] | null
}

/** What a webhook is told; `events` is what its owner chose, null where they left it open. */
export function selectionOf(format: Format, events: readonly EventType[] | null): Selection {
  if (events !== null) return { events, stages: null }
  return format === 'slack'
    ? { events: SLACK_EVENTS, stages: SLACK_STAGES }
    : { events: EVENT_TYPES, stages: null }
}

export function isSelected({ events, stages }: Selection, news: News): boolean {
  if (!events.includes(news.type)) return false
  return news.type !== 'lead.stage_changed' || stages === null || stages.includes(news.to)
}

/** The body of a message, as its receiver reads it. */
export function messageOf(manner: Manner, news: News, options: BodyOptions): string {
  if (manner.format === 'standard') return bodyOf(news, options)
  return writtenOut(manner, storyOf(news, options))
}

/** The body of a test: for people, an example that says that it is one. */
export function testMessageOf(manner: Manner, webhook: string, at: number): string {
  if (manner.format === 'standard') return testBodyOf(webhook, at)
  const story = exampleStory('lead.stage_changed', false, at)
  return writtenOut(manner, {
    ...story,
    what: 'This is a test from Pique: so does a message look',
    'lead.name': 'Nobody (a test)',
    type: 'pique.test',
  })
}

function writtenOut({ format, template, host }: Manner, story: Story): string {
  return format === 'slack'
    ? slackBody(story)
    : renderTemplate(template ?? '', story, dialectOf(host))
}

export function contentTypeOf({ format, template }: Omit<Manner, 'host'>): string {
  const isText = format === 'template' && !isJsonTemplate(template ?? '')
  return isText ? 'text/plain; charset=utf-8' : 'application/json'
}

/** What a message looks like, of made-up people; for whoever writes a text. */
export function exampleOf(manner: Manner, isFull: boolean, at: number): string {
  return writtenOut(manner, exampleStory('lead.stage_changed', isFull, at))
}

/** What is wrong with an owner's text for what it will tell, or null. */
export function problemOfText(
  template: string,
  events: readonly EventType[] | null,
): string | null {
  const wrong = problemOfTemplate(template)
  if (wrong !== null || !isJsonTemplate(template)) return wrong
  const manner: Manner = { format: 'template', template, host: '' }
  for (const type of selectionOf('template', events).events) {
    for (const isFull of [true, false]) {
      const problem = problemOfJson(writtenOut(manner, exampleStory(type, isFull, 0)))
      if (problem !== null) {
        return `begins with {, so it has to be JSON, and for ${type} it is not: ${problem}. Put fields within quotes: some are empty at times`
      }
    }
  }
  return null
}

function problemOfJson(text: string): string | null {
  try {
    JSON.parse(text)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : 'it can not be read'
  }
}

/** With nothing that could pass for a number or JSON of its own, so that a field without quotes is seen. */
function exampleStory(type: EventType, isFull: boolean, at: number): Story {
  return storyOf(exampleNews(type, at), {
    person: {
      site: 1,
      email: 'ada@example.com',
      userId: 'customer "7"',
      name: 'Ada Lovelace',
      traits: { company: 'Analytical Engines & Co', job_title: 'Head of Engines' },
    },
    sequence: 1,
    isFull,
  })
}

function exampleNews(type: EventType, at: number): News {
  const lead = 17
  const scored = {
    stage: 'mql' as const,
    scoreMilli: 104_300,
    reasons: [
      { rule: 'pricing_time', label: 'Time on pricing pages', milli: 38_200, engaged_ms: 184_000 },
      { rule: 'hand_raise', label: 'Asked for a demo', milli: 35_000, count: 1 },
      { rule: 'visit', label: 'Came back', milli: 18_100, count: 6 },
      { rule: 'download', label: 'Downloaded a guide', milli: 13_000, count: 1 },
    ],
    fit: { points: 45, letter: 'A' as const },
    modelVersion: 1,
  }
  switch (type) {
    case 'lead.stage_changed':
      return {
        type,
        lead,
        at,
        scored,
        from: 'lead',
        to: 'mql',
        by: 'score',
        note: 'Asked for a call',
      }
    case 'lead.score_crossed':
      return { type, lead, at, scored, bar: 100 }
    case 'lead.merged':
      return { type, lead, at, scored, merged: 23 }
    case 'lead.erased':
      return { type, lead, at, site: 1 }
    case 'lead.identified':
      return { type, lead, at, scored }
  }
}

/**
 * An address whose path is the secret of a chat, so that a list shows where it leads and not how to write
 * there; the end of a long one tells it from its like.
 */
export function maskedAddress(address: string): string {
  const { origin, pathname, search } = new URL(address)
  const rest = pathname + search
  if (rest === '/') return address
  return `${origin}/…${rest.length >= 32 ? rest.slice(-4) : ''}`
}

/** Texts to begin with. */
export const TEXT_EXAMPLES = [
  {
    key: 'teams',
    label: 'Microsoft Teams',
    template:
      '{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.4","body":[{"type":"TextBlock","weight":"bolder","wrap":true,"text":"{{what|markdown}}"},{"type":"TextBlock","wrap":true,"text":"{{stage}}, {{grade}}, {{score}} points: {{reasons|markdown}}"}],"actions":[{"type":"Action.OpenUrl","title":"Open the lead","url":"{{lead.link}}"}]}}]}',
  },
  {
    key: 'discord',
    label: 'Discord',
    template:
      '{"content":"**{{what|markdown}}** ({{grade}}, {{score}} points)\\n{{reasons|markdown}}\\n<{{lead.link}}>","allowed_mentions":{"parse":[]}}',
  },
  {
    key: 'zapier',
    label: 'Zapier, Make, n8n',
    template:
      '{"event":"{{type}}","lead":"{{lead.id}}","name":"{{lead.name}}","email":"{{lead.email}}","stage":"{{stage.id}}","score":"{{score}}","grade":"{{grade}}","reasons":"{{reasons}}","link":"{{lead.link}}"}',
  },
  {
    key: 'plain',
    label: 'Plain text',
    template: '{{what}} ({{grade}}, {{score}} points): {{reasons}} {{lead.link}}',
  },
] as const
