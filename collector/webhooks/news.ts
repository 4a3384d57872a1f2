import { engagementOf } from '../scoring/score.ts'
import type { DecidedBy } from '../scoring/stages.ts'
import { publicId } from '../store/ids.ts'
import type { Reason, ScoreJson, Stage, Traits } from '../store/shapes.ts'

/**
 * What other systems are told of leads, and the body that tells it. A body is thin unless its webhook
 * asked for more: who somebody is, and what a colleague wrote about them, leaves the collector only
 * where an owner said so. It is written once, with the change, and every try sends the same bytes.
 */

export const EVENT_TYPES = [
  'lead.identified',
  'lead.stage_changed',
  'lead.score_crossed',
  'lead.merged',
  'lead.erased',
] as const
export type EventType = (typeof EVENT_TYPES)[number]
/** Sent when somebody asks for it, to any webhook. */
export const TEST_TYPE = 'pique.test'

/** What a lead's score said at the instant of the news. */
export interface Scored {
  readonly stage: Stage
  readonly scoreMilli: number
  readonly reasons: readonly Reason[]
  readonly fit: ScoreJson['fit']
  readonly modelVersion: number
}

interface Common {
  readonly lead: number
  readonly at: number
}

export type News =
  | (Common & { readonly type: 'lead.identified'; readonly scored: Scored })
  | (Common & {
      readonly type: 'lead.stage_changed'
      readonly scored: Scored
      readonly from: Stage
      readonly to: Stage
      readonly by: DecidedBy
      readonly note: string | null
    })
  | (Common & {
      readonly type: 'lead.score_crossed'
      readonly scored: Scored
      /** In points. */
      readonly bar: number
    })
  /** `lead` goes on; `merged` is no more. */
  | (Common & { readonly type: 'lead.merged'; readonly scored: Scored; readonly merged: number })
  | (Common & { readonly type: 'lead.erased'; readonly site: number })

/** Who a lead is. */
export interface PersonFacts {
  readonly site: number
  readonly email: string | null
  readonly userId: string | null
  readonly name: string | null
  readonly traits: Traits
}

export interface BodyOptions {
  readonly person: PersonFacts
  /** Counts what one webhook was told of one lead, from 1. */
  readonly sequence: number
  /** With who the lead is, and what people wrote about it. */
  readonly isFull: boolean
}

/** The body of a message, as JSON text. */
export function bodyOf(news: News, { person, sequence, isFull }: BodyOptions): string {
  const data = {
    lead: publicId('lead', news.lead),
    site: publicId('site', person.site),
    sequence,
    at: new Date(news.at).toISOString(),
    ...factsOf(news, isFull),
    ...('scored' in news && scoredJson(news.scored, isFull)),
    ...('scored' in news && isFull && personJson(person)),
  }
  return textOf({ type: news.type, timestamp: new Date(news.at).toISOString(), data })
}

/** The body of a test, which is about nobody. */
export function testBodyOf(webhook: string, at: number): string {
  const timestamp = new Date(at).toISOString()
  return textOf({ type: TEST_TYPE, timestamp, data: { webhook, at: timestamp } })
}

function factsOf(news: News, isFull: boolean) {
  switch (news.type) {
    case 'lead.stage_changed':
      return { from: news.from, to: news.to, by: news.by, ...(isFull && { note: news.note }) }
    case 'lead.score_crossed':
      return { bar: news.bar }
    case 'lead.merged':
      return { merged: publicId('lead', news.merged) }
    default:
      return {}
  }
}

function scoredJson({ stage, scoreMilli, reasons, fit, modelVersion }: Scored, isFull: boolean) {
  const engagement = engagementOf(scoreMilli)
  return {
    stage,
    score: scoreMilli / 1000,
    score_milli: scoreMilli,
    engagement,
    fit,
    grade: `${fit.letter ?? '-'}${engagement}`,
    model_version: modelVersion,
    reasons: isFull ? reasons : reasons.map(withoutWords),
  }
}

/** The label of an adjustment is what somebody wrote. */
function withoutWords(reason: Reason): Reason {
  return reason.kind === 'adjustment' ? { ...reason, label: 'Adjusted by hand' } : reason
}

function personJson({ email, userId, name, traits }: PersonFacts) {
  return { email, user_id: userId, name, traits }
}

/**
 * JSON in which no text can become markup, whatever a receiver does with it: a page shows it as it is,
 * and so does a chat that reads `<https://…|text>` as a link.
 */
function textOf(body: object): string {
  const escaped = (character: string) =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(body).replace(/[<>&\u2028\u2029]/g, escaped)
}
