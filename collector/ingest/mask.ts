/**
 * Masks what must never be kept in a path, a title or a label: e-mails, JSON Web Tokens, card
 * numbers and long random-looking runs (session ids, reset tokens, API keys, UUIDs).
 *
 * "Random-looking" is a run of at least MIN_TOKEN_LENGTH letters, digits, `-` and `_` that keeps
 * changing between letters and digits, or from lower to upper case. Random base64 and hex change
 * at four of ten steps; slugs and campaign names hardly ever do, or have many separators.
 *
 * Every scan visits a character a bounded number of times, so time is linear in the input.
 */

const MIN_TOKEN_LENGTH = 24
const MAX_CARD_DIGITS = 19
const MIN_CARD_DIGITS = 13
const MAX_DOMAIN_LENGTH = 255

/** `@`, also percent-encoded once or more often: an address must not slip through a redirect. */
const AT_SIGN = /@|%(?:25)*40/g
const EMAIL_EDGE = /[\s/=?&#,;:<>()[\]"'|\\{}@]/
/** The beginning of what follows the sign: labels and a last one of letters, so `react@18.2.0` stays. */
const MAIL_DOMAIN = /^[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.(?:xn--[a-z0-9-]+|\p{L}{2,})/iu
const TOKEN_RUN = /[A-Za-z0-9_.-]{24,}/g
const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/i
const DIGIT_RUN = /\d+(?:[ \u00a0.+_-]\d+)*/g
/** Issuer prefixes and lengths, so that a timestamp or an advertiser's id passing Luhn by chance stays. */
const CARD_ISSUER =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|2720\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11,16}|35\d{14,17}|6(?:011|4[4-9]\d|5\d\d|2\d\d)\d{12,15}|(?:50|5[678]|6[37])\d{14,17})$/

/** The text with every e-mail, token and card number replaced by `[email]`, `[token]`, `[card]`. */
export function maskSecrets(text: string): string {
  return maskCards(maskTokens(maskEmails(text), isRandom))
}

/**
 * The same, but random-looking runs stay unless they are JSON Web Tokens: for values in which the
 * id of an order, a transaction or a product is the point.
 */
export function maskPersonal(text: string): string {
  return maskCards(maskTokens(maskEmails(text), () => false))
}

/** Whether an e-mail stands in a text, also where its `@` is written as in an address of a page. */
export function showsEmail(text: string): boolean {
  const plain = text.replace(/%40/g, '@')
  return maskEmails(plain) !== plain
}

function maskEmails(text: string): string {
  let masked = ''
  let done = 0
  let previous = 0
  for (const match of text.matchAll(AT_SIGN)) {
    const from = match.index + match[0].length
    const start = startOfLocalPart(text, match.index, Math.max(done, previous))
    previous = from
    const domain = MAIL_DOMAIN.exec(text.slice(from, from + MAX_DOMAIN_LENGTH))
    if (start === match.index || domain === null) continue
    masked += `${text.slice(done, start)}[email]`
    done = from + domain[0].length
  }
  return done === 0 ? text : masked + text.slice(done)
}

/** Never walks back past the `@` before this one: otherwise a row of them costs the square of its length. */
function startOfLocalPart(text: string, at: number, floor: number): number {
  let start = at
  while (start > floor && !EMAIL_EDGE.test(text.charAt(start - 1))) start--
  return start
}

function maskTokens(text: string, isToken: (part: string) => boolean): string {
  return text.replace(TOKEN_RUN, (run) => {
    if (isJsonWebToken(run)) return '[token]'
    // Between dots, so that a file's name is masked and its extension stays.
    return run
      .split('.')
      .map((part) => (isToken(part) ? '[token]' : part))
      .join('.')
  })
}

/** Base64url of `{"` starts with `eyJ`; a token is two or more such parts joined by dots. */
function isJsonWebToken(run: string): boolean {
  const at = run.indexOf('eyJ')
  return at >= 0 && (at === 0 || run[at - 1] === '.') && run.indexOf('.', at) > at
}

function isRandom(run: string): boolean {
  if (run.length < MIN_TOKEN_LENGTH) return false
  if (UUID.test(run)) return true
  const pieces = run.split(/[_-]/)
  let changes = 0
  for (const piece of pieces) {
    const inPiece = changesIn(piece)
    if (piece.length >= MIN_TOKEN_LENGTH && inPiece >= 3 && hasBoth(piece)) return true
    changes += inPiece
  }
  return pieces.length - 1 <= run.length / 8 && changes >= run.length / 6 && hasBoth(run)
}

function hasBoth(run: string): boolean {
  return /\d/.test(run) && /[A-Za-z]/.test(run)
}

/** Steps between letter and digit, or from lower to upper case; `Guide` and `GUIDE` have none. */
function changesIn(piece: string): number {
  let changes = 0
  for (let index = 1; index < piece.length; index++) {
    const before = classOf(piece.charCodeAt(index - 1))
    const after = classOf(piece.charCodeAt(index))
    if (before !== after && !(before === 'upper' && after === 'lower')) changes++
  }
  return changes
}

function classOf(code: number): 'digit' | 'upper' | 'lower' {
  if (code < 58) return 'digit'
  return code < 91 ? 'upper' : 'lower'
}

function maskCards(text: string): string {
  return text.replace(DIGIT_RUN, (run) => {
    if (run.length < MIN_CARD_DIGITS) return run
    const groups = [...run.matchAll(/\d+/g)]
    let masked = ''
    let done = 0
    for (let first = 0; first < groups.length; first++) {
      const start = groups[first]?.index ?? 0
      const end = start < done ? 0 : endOfCard(groups, first)
      if (end === 0) continue
      masked += `${run.slice(done, start)}[card]`
      done = end
    }
    return masked + run.slice(done)
  })
}

/** Where the card number that begins with this group ends, or 0. Printed cards group by three or more. */
function endOfCard(groups: readonly RegExpExecArray[], first: number): number {
  let digits = ''
  for (let index = first; index < groups.length; index++) {
    const group = groups[index]
    if (group === undefined || (group[0].length < 3 && index > first)) return 0
    digits += group[0]
    if (digits.length > MAX_CARD_DIGITS) return 0
    if (isCard(digits)) return group.index + group[0].length
  }
  return 0
}

/**
 * An article number (EAN-13) that passes Luhn by chance stays: German ones begin like cards of
 * thirteen digits, which nobody has issued for decades.
 */
function isCard(digits: string): boolean {
  if (!CARD_ISSUER.test(digits) || !passesLuhn(digits)) return false
  return digits.length !== 13 || !isArticleNumber(digits)
}

function isArticleNumber(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    sum += (digits.charCodeAt(index) - 48) * (index % 2 === 0 ? 1 : 3)
  }
  return sum % 10 === 0
}

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48
    const doubled = digit * 2
    sum += index % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
