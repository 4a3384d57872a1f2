import { shortPoints } from '../dashboard/words.ts'
import type { Story } from './story.ts'

/**
 * A message for Slack's incoming webhooks, or a chat that takes the same. Everything that was tracked
 * stands in plain text, where nothing is a link, a mention or an emoji, and is escaped besides; the only
 * mark-up is the link to the lead, which is ours.
 */

/** Slack's own limits, of characters. */
const MAX_HEADER = 150
const MAX_SECTION = 3000
const MAX_FIELD = 2000

/** The body, as JSON text. */
export function slackBody(story: Story): string {
  const facts = factsOf(story)
  const reasons = [story['reason.1'], story['reason.2'], story['reason.3']].filter(Boolean)
  const who = [story['lead.email'], story['lead.job_title'], story['lead.company']].filter(Boolean)
  return JSON.stringify({
    // What notifications show, and whatever shows no blocks.
    text: escaped([story.what, ...facts].join(' · '), MAX_SECTION),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plain(story.what, MAX_HEADER) },
      ...(who.length > 0 ? [section(who.join(' · '))] : []),
      ...(facts.length > 0
        ? [{ type: 'section', fields: facts.map((fact) => plain(fact, MAX_FIELD)) }]
        : []),
      ...(reasons.length > 0 ? [section(['Why:', ...reasons].join('\n'))] : []),
      ...(story.note === '' ? [] : [section(`Note: ${story.note}`)]),
      { type: 'section', text: linkTo(story['lead.link']) },
    ],
  })
}

function factsOf({ stage, from, grade, fit, heat, score }: Story): string[] {
  if (score === '') return []
  const detail = [fit, heat].filter(Boolean).join(', ').toLowerCase()
  return [
    from === '' ? `Stage: ${stage}` : `Stage: ${from} → ${stage}`,
    `Score: ${shortPoints(Math.round(Number(score) * 1000))}`,
    `Grade: ${grade} (${detail})`,
  ]
}

const section = (text: string) => ({ type: 'section', text: plain(text, MAX_SECTION) })
const plain = (text: string, most: number) => ({
  type: 'plain_text',
  text: escaped(text, most),
  emoji: false,
})
/** `verbatim`: nothing but what is written as a link becomes one. */
const linkTo = (address: string) => ({
  type: 'mrkdwn',
  text: `<${address}|Open the lead in Pique>`,
  verbatim: true,
})

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** The three characters by which Slack knows mark-up, as text; cut where it would be too long. */
export function escaped(text: string, most = Number.POSITIVE_INFINITY): string {
  let whole = ''
  for (const character of text) {
    const next = ENTITIES[character] ?? character
    if (whole.length + next.length > most - 1) return `${whole}…`
    whole += next
  }
  return whole
}
