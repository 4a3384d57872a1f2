import { describe, expect, test } from 'vitest'
import { type Channel, channelOf } from '../../collector/attribution/channel.ts'
import {
  isSameSite,
  kindOfSource,
  knownHost,
  registrableOf,
} from '../../collector/attribution/hosts.ts'

describe('the channel of source, medium and campaign, as GA4 defines it', () => {
  const cases: [string | null, string | null, string | null, Channel][] = [
    ['(direct)', '(none)', null, 'Direct'],
    ['(direct)', '(not set)', null, 'Direct'],
    [null, null, null, 'Direct'],
    ['google', 'cpc', 'My cross-network campaign', 'Cross-network'],
    ['amazon', 'cpc', null, 'Paid Shopping'],
    ['google', 'cpc', 'summer-shopping', 'Paid Shopping'],
    ['newsletter', 'cpc', 'eshop', 'Paid Shopping'],
    ['google', 'cpc', 'workshop', 'Paid Search'],
    ['Google', 'CPC', null, 'Paid Search'],
    ['bing', 'ppc', null, 'Paid Search'],
    ['google', 'paidsearch', null, 'Paid Search'],
    ['yandex', 'retargeting', null, 'Paid Search'],
    ['facebook', 'cpm', null, 'Paid Social'],
    ['fb', 'paid_social', null, 'Paid Social'],
    ['linkedin', 'ecpc', null, 'Paid Social'],
    ['youtube', 'cpc', null, 'Paid Video'],
    ['news.example', 'display', null, 'Display'],
    ['news.example', 'banner', null, 'Display'],
    ['news.example', 'cpm', null, 'Display'],
    ['news.example', 'cpc', null, 'Paid Other'],
    ['chatgpt.com', 'cpc', null, 'Paid Other'],
    ['chatgpt.com', null, null, 'AI Assistants'],
    ['chatgpt.com', 'referral', null, 'AI Assistants'],
    ['perplexity', '(not set)', null, 'AI Assistants'],
    ['somewhere.example', 'ai-assistant', null, 'AI Assistants'],
    ['etsy.com', 'referral', null, 'Organic Shopping'],
    ['newsletter', 'flyer', 'my-shop', 'Organic Shopping'],
    ['facebook', null, null, 'Organic Social'],
    ['t.co', 'referral', null, 'Organic Social'],
    ['buffer', 'social', null, 'Organic Social'],
    ['agency', 'social media', null, 'Organic Social'],
    ['vimeo.com', 'referral', null, 'Organic Video'],
    ['agency', 'webvideo', null, 'Organic Video'],
    ['google', 'organic', null, 'Organic Search'],
    ['engine.example', 'organic', null, 'Organic Search'],
    ['partner.example', 'referral', null, 'Referral'],
    ['partner.example', 'link', null, 'Referral'],
    ['newsletter', 'email', null, 'Email'],
    ['e-mail', 'weekly', null, 'Email'],
    ['partner', 'affiliate', null, 'Affiliates'],
    ['podcast', 'audio', null, 'Audio'],
    ['sms', 'weekly', null, 'SMS'],
    ['crm', 'SMS', null, 'SMS'],
    ['crm', 'webpush', null, 'Mobile Push Notifications'],
    ['firebase', 'x', null, 'Mobile Push Notifications'],
    ['crm', 'in-app notification', null, 'Mobile Push Notifications'],
    ['crm', 'flyer', null, 'Unassigned'],
    ['crm', null, null, 'Unassigned'],
  ]
  test.each(cases)('%s / %s / %s is %s', (source, medium, campaign, expected) => {
    expect(channelOf({ source, medium, campaign })).toBe(expected)
  })

  const untagged: [string | null, string | null, Channel][] = [
    ['www.google.de', null, 'Organic Search'],
    ['l.facebook.com', null, 'Organic Social'],
    ['chatgpt.com', null, 'AI Assistants'],
    ['blog.example', null, 'Referral'],
    [null, 'gclid', 'Paid Search'],
    [null, 'dclid', 'Display'],
    [null, 'ttclid', 'Paid Social'],
    [null, 'fbclid', 'Organic Social'],
    ['www.google.com', 'gclid', 'Paid Search'],
    ['blog.example', 'msclkid', 'Paid Search'],
    [null, 'unknown_clid', 'Direct'],
  ]
  test.each(untagged)('untagged from %s with %s is %s', (referrerHost, clickId, expected) => {
    expect(channelOf({ source: null, medium: null, referrerHost, clickId })).toBe(expected)
  })
})

describe('known hosts', () => {
  const cases: [string, string | null][] = [
    ['www.google.com', 'search google'],
    ['google.co.uk', 'search google'],
    ['WWW.Google.DE.', 'search google'],
    ['cn.bing.com', 'search bing'],
    ['de.search.yahoo.com', 'search yahoo'],
    ['r.search.yahoo.com', 'search yahoo'],
    ['yandex.com.tr', 'search yandex'],
    ['search.brave.com', 'search brave'],
    ['mail.google.com', null],
    ['docs.google.com', null],
    ['news.google.com', null],
    ['finance.yahoo.com', null],
    ['search.google.com', null],
    ['google.evil.example', null],
    ['notgoogle.com', null],
    ['google.com.evil.example', null],
    ['lm.facebook.com', 'social facebook'],
    ['m.facebook.com', 'social facebook'],
    ['old.reddit.com', 'social reddit'],
    ['blog.naver.com', 'social naver blog'],
    ['de.pinterest.com', 'social pinterest'],
    ['pinterest.co.uk', 'social pinterest'],
    ['www.amazon.de', 'shopping amazon'],
    ['aws.amazon.com', null],
    ['shopping.google.com', 'shopping google shopping'],
    ['m.youtube.com', 'video youtube'],
    ['youtu.be', 'video youtube'],
    ['chatgpt.com', 'ai chatgpt'],
    ['www.perplexity.ai', 'ai perplexity'],
    ['gemini.google.com', 'ai gemini'],
    ['copilot.microsoft.com', 'ai copilot'],
    ['chat.deepseek.com', 'ai deepseek'],
    ['example.com', null],
    ['com', null],
    ['', null],
    ['.'.repeat(300), null],
    ['constructor', null],
  ]
  test.each(cases)('%s is %s', (host, expected) => {
    const known = knownHost(host)
    expect(known && `${known.kind} ${known.name}`).toBe(expected)
  })

  const sources: [string, string | null][] = [
    ['Google', 'search'],
    [' fb ', 'social'],
    ['ig', 'social'],
    ['x', 'social'],
    ['yt', 'video'],
    ['openai', 'ai'],
    ['www.etsy.com', 'shopping'],
    ...['info', 'you', 'line', '__proto__', ''].map((source): [string, null] => [source, null]),
  ]
  test.each(sources)('a source may be a name, an alias or a host: %j is %s', (source, expected) => {
    expect(kindOfSource(source)).toBe(expected)
  })
})

describe('what somebody registered', () => {
  const cases: [string, string][] = [
    ['shop.example.com', 'example.com'],
    ['www.example.co.uk', 'example.co.uk'],
    ['a.b.example.com.au', 'example.com.au'],
    ['one.myshopify.com', 'one.myshopify.com'],
    ['localhost', 'localhost'],
    ['192.168.0.10', '192.168.0.10'],
    ['[::1]', '[::1]'],
  ]
  test.each(cases)('of %s is %s', (host, expected) => {
    expect(registrableOf(host)).toBe(expected)
  })

  test('sites are told apart', () => {
    expect(isSameSite('shop.example.com', 'www.example.com')).toBe(true)
    expect(isSameSite('one.co.uk', 'two.co.uk')).toBe(false)
    expect(isSameSite('one.myshopify.com', 'two.myshopify.com')).toBe(false)
    expect(isSameSite('10.0.0.1', '10.1.0.1')).toBe(false)
  })
})
