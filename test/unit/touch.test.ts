import { describe, expect, test } from 'vitest'
import { touchOf } from '../../collector/attribution/touch.ts'
import { cleanUrl } from '../../collector/ingest/clean-url.ts'

const SITE = 'https://www.shop.example/a'
/** Landing's query, referrer, then channel, source, medium, paid. */
const cases: [string, string | null, string, string, string, boolean][] = [
  ['', null, 'Direct', '(direct)', '(none)', false],
  ['', 'https://www.shop.example/b', 'Direct', '(direct)', '(none)', false],
  ['', 'https://blog.shop.example/', 'Direct', '(direct)', '(none)', false],
  ['', 'nonsense', 'Direct', '(direct)', '(none)', false],
  ['', 'android-app://com.slack/', 'Direct', '(direct)', '(none)', false],
  ['', 'https://www.google.com/', 'Organic Search', 'google', 'organic', false],
  ['', 'https://duckduckgo.com/', 'Organic Search', 'duckduckgo', 'organic', false],
  ['', 'https://www.google.co.uk/', 'Organic Search', 'google', 'organic', false],
  ['', 'https://mail.google.com/', 'Referral', 'mail.google.com', 'referral', false],
  ['', 'https://l.facebook.com/', 'Organic Social', 'facebook.com', 'referral', false],
  ['', 'https://t.co/x', 'Organic Social', 't.co', 'referral', false],
  ['', 'https://www.youtube.com/', 'Organic Video', 'youtube.com', 'referral', false],
  ['', 'https://www.amazon.de/', 'Organic Shopping', 'amazon.de', 'referral', false],
  ['', 'https://chatgpt.com/', 'AI Assistants', 'chatgpt.com', 'ai-assistant', false],
  ['', 'https://www.perplexity.ai/', 'AI Assistants', 'perplexity.ai', 'ai-assistant', false],
  ['', 'https://www.partner.example/x', 'Referral', 'partner.example', 'referral', false],
  ['utm_source=google&utm_medium=cpc', null, 'Paid Search', 'google', 'cpc', true],
  [
    'utm_source=Newsletter&utm_medium=email',
    'https://mail.google.com/',
    'Email',
    'Newsletter',
    'email',
    false,
  ],
  ['utm_source=news.example&utm_medium=display', null, 'Display', 'news.example', 'display', true],
  ['utm_source=news.example&utm_medium=banner', null, 'Display', 'news.example', 'banner', true],
  ['utm_source=crm', null, 'Unassigned', 'crm', '(not set)', false],
  ['utm_source=chatgpt.com', null, 'AI Assistants', 'chatgpt.com', '(not set)', false],
  [
    'utm_medium=email',
    'https://mail.partner.example/',
    'Email',
    'mail.partner.example',
    'email',
    false,
  ],
  ['utm_medium=cpc', null, 'Paid Other', '(not set)', 'cpc', true],
  ['utm_campaign=spring', 'https://www.google.com/', 'Organic Search', 'google', 'organic', false],
  ['utm_campaign=spring&gclid=x', null, 'Paid Search', 'google', 'cpc', true],
  ['gclid=x', 'https://www.google.com/', 'Paid Search', 'google', 'cpc', true],
  ['gbraid=x', null, 'Paid Search', 'google', 'cpc', true],
  ['wbraid=x', null, 'Paid Search', 'google', 'cpc', true],
  ['dclid=x', null, 'Display', 'google', 'display', true],
  ['msclkid=x', null, 'Paid Search', 'bing', 'cpc', true],
  ['ttclid=x', null, 'Paid Social', 'tiktok', 'cpc', true],
  ['twclid=x', null, 'Paid Social', 'twitter', 'cpc', true],
  ['li_fat_id=x', null, 'Paid Social', 'linkedin', 'cpc', true],
  ['rdt_cid=x', null, 'Paid Social', 'reddit', 'cpc', true],
  ['ScCid=x', null, 'Paid Social', 'snapchat', 'cpc', true],
  ['epik=x', null, 'Paid Social', 'pinterest', 'cpc', true],
  ['fbclid=x', null, 'Organic Social', 'facebook', 'referral', true],
  ['fbclid=x', 'https://l.instagram.com/', 'Organic Social', 'instagram.com', 'referral', true],
  ['fbclid=x', 'https://www.shop.example/', 'Organic Social', 'facebook', 'referral', true],
  ['fbclid=x&utm_source=facebook&utm_medium=paid', null, 'Paid Social', 'facebook', 'paid', true],
  ['gclid=x&utm_source=crm&utm_medium=email', null, 'Email', 'crm', 'email', true],
]

describe('the touch of a visit', () => {
  test.each(cases)('?%s from %s is %s', (query, referrer, channel, source, medium, paid) => {
    const touch = touchOf(cleanUrl(`${SITE}?${query}`), referrer)
    expect(touch).toMatchObject({ channel, source, medium, paid })
  })

  test('keeps the campaign word for word, and of a click id only its name', () => {
    const landing = cleanUrl(
      `${SITE}?utm_source=Google&utm_medium=CPC&utm_campaign=Spring+Sale+%26+More&utm_term=lead%20scoring&utm_content=A%2FB&gclid=Cj0KC`,
    )
    expect(touchOf(landing, null)).toEqual({
      channel: 'Paid Search',
      source: 'Google',
      medium: 'CPC',
      campaign: 'Spring Sale & More',
      term: 'lead scoring',
      content: 'A/B',
      clickId: 'gclid',
      paid: true,
    })
  })

  test('needs no landing', () => {
    expect(touchOf(null, null).channel).toBe('Direct')
    expect(touchOf(null, 'https://www.bing.com/').source).toBe('bing')
  })

  test('a stored landing gives the same touch again', () => {
    for (const [query, referrer] of cases) {
      const landing = cleanUrl(`${SITE}?${query}`)
      expect(touchOf(cleanUrl(landing?.href ?? ''), referrer)).toEqual(touchOf(landing, referrer))
    }
  })
})
