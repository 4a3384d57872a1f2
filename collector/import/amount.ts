/** What a deal is worth, as people write it. Only what has one meaning is taken. */

export interface Amount {
  readonly value: number
  /** What a sign or letters beside it say; null where nothing does. */
  readonly currency: string | null
}

export type ReadAmount =
  | { readonly ok: true; readonly amount: Amount }
  | { readonly ok: false; readonly problem: string }

const SIGNS: Readonly<Record<string, string>> = { '€': 'EUR', '£': 'GBP' }
const MAX_DIGITS = 15

/** "1,200.50", "1.200,50 €", "USD 99", "1200"; not "1,200", which is a thousand to some and one to others. */
export function readAmount(text: string): ReadAmount {
  const [, before = '', middle = '', after = ''] =
    /^(\p{Sc}|[a-z]{3})?\s*([\d.,'’\s]*\d)\s*(\p{Sc}|[a-z]{3})?$/iu.exec(text.trim()) ?? []
  if (middle === '' || (before !== '' && after !== '')) return wrong(text)
  const sign = before || after
  const currency =
    sign === '' ? null : (SIGNS[sign] ?? (/^\p{Sc}$/u.test(sign) ? '' : sign.toUpperCase()))
  if (currency === '') {
    return {
      ok: false,
      problem: `“${text}”: several countries use this sign; write USD 100 instead`,
    }
  }
  const value = numberOf(middle.trim())
  if (value === null) return wrong(text)
  if (Number.isNaN(value)) {
    const [whole = '', rest = ''] = middle.split(/[.,]/)
    return {
      ok: false,
      problem: `“${text}” can be two amounts: write ${whole}${rest} or ${whole}.${rest.replace(/0+$/, '') || '0'}`,
    }
  }
  return { ok: true, amount: { value, currency } }
}

/** NaN for what can be read in two ways, null for what can't be at all. */
function numberOf(text: string): number | null {
  if (/^\d+$/.test(text)) return bounded(text)
  // Thousands apart by one sign, and decimals after another.
  const grouped = /^\d{1,3}(?:([.,'’\s])\d{3})(?:\1\d{3})*(?:([.,])(\d+))?$/.exec(text)
  if (grouped) {
    const [, group = '', point, decimals = ''] = grouped
    if (point === group) return null
    const whole = point === undefined ? text : text.slice(0, -decimals.length - 1)
    const groups = whole.split(group).length - 1
    const mayBePoint = point === undefined && groups === 1 && /[.,]/.test(group)
    if (mayBePoint && !text.startsWith('0')) return Number.NaN
    if (!whole.startsWith('0')) return bounded(whole.replace(/\D/g, ''), decimals)
  }
  const [, whole, decimals] = /^(\d+)[.,](\d+)$/.exec(text) ?? []
  return whole === undefined ? null : bounded(whole, decimals)
}

function bounded(whole: string, decimals = ''): number | null {
  return whole.length > MAX_DIGITS ? null : Number(`${whole}.${decimals || '0'}`)
}

function wrong(text: string): ReadAmount {
  return { ok: false, problem: `“${text}” is no amount: write a number such as 1200 or 1200.50` }
}
