import type { TouchJson } from '../store/shapes.ts'
import { isDirect, sourceWords } from './vocabulary.ts'
import { whenOf } from './words.ts'

/** How somebody first came, as one would say it aloud: "came through a search on Google 12 days ago". */
export function arrivalWords(touch: TouchJson, now: number): string {
  const ago = whenOf(touch.at, now).words
  if (isDirect(touch)) return `came directly ${ago}`
  const campaign = touch.campaign ? ` (${touch.campaign})` : ''
  return `${wayWords(touch)}${campaign} ${ago}`
}

function wayWords(touch: TouchJson): string {
  const source = nameOf(touch.source)
  switch (touch.channel.toLowerCase().replaceAll('_', ' ')) {
    case 'organic search':
      return `came through a search on ${source}`
    case 'paid search':
    case 'paid social':
    case 'paid video':
    case 'paid shopping':
      return `came through an ad on ${source}`
    case 'email':
      return 'came through an e-mail'
    case 'organic social':
    case 'organic video':
    case 'ai assistants':
    case 'referral':
      return `came from ${source}`
    default:
      return `came from ${sourceWords(touch)}`
  }
}

/** "google" is a name, "blog.example" is an address. */
function nameOf(source: string): string {
  return /^[a-z]+$/.test(source) ? source.charAt(0).toUpperCase() + source.slice(1) : source
}
