import common from './common-passwords.txt'

/** Which passwords are taken: long, and none of those that guessers try first. Pure. */

const LEAST_CHARACTERS = 12
const MOST_BYTES = 1024
/** A shorter part of an address is no secret given away. */
const LEAST_PART = 4
const LEAST_DIFFERENT = 5
/** Neighbours on a keyboard, in the alphabet, among digits; read both ways. */
const RUNS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'yxcvbnm',
  'azertyuiop',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
  '1q2w3e4r5t6y7u8i9o0p',
].flatMap((run) => [run, [...run].reverse().join('')])
/** A step of this many is a run, not a word. */
const RUN_LENGTH = 4
/** What is left when runs are taken out must be more than decoration. */
const LEAST_BESIDE_RUNS = 6
const LOOKS_LIKE: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

const [passwords = '', words = ''] = common.split('# words\n')
const linesOf = (text: string) =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
const KNOWN = new Set(linesOf(passwords))
const WORDS = new Set(linesOf(words))

/** A password as it is hashed: one form for what keyboards write in several. */
export function normalPassword(text: string): string {
  return text.normalize('NFKC')
}

/**
 * What is wrong with a new password, as one sentence that says what would be right; null where it
 * can be taken. `email` is the address it is for.
 */
export function passwordProblem(raw: string, email: string): string | null {
  const text = normalPassword(raw)
  if ([...text].length < LEAST_CHARACTERS) {
    return `The password has ${[...text].length} characters; it needs at least ${LEAST_CHARACTERS}.`
  }
  if (Buffer.byteLength(text) > MOST_BYTES) {
    return `The password is longer than ${MOST_BYTES} bytes.`
  }
  const lower = text.toLowerCase()
  if (partsOf(email).some((part) => lower.includes(part))) {
    return 'The password holds a part of the e-mail address; choose one that does not.'
  }
  return isCommon(lower)
    ? 'This password is one of those that guessers try first; three or four unrelated words do better.'
    : null
}

function partsOf(email: string): string[] {
  const [local = '', domain = ''] = email.toLowerCase().split('@')
  const name = domain.split('.').slice(0, -1)
  return [local, ...local.split(/[._+-]/), ...name].filter((part) => part.length >= LEAST_PART)
}

function isCommon(lower: string): boolean {
  const plain = plainOf(lower)
  if (KNOWN.has(lower) || KNOWN.has(plain) || new Set(lower).size < LEAST_DIFFERENT) return true
  const core = lower.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  const bare = [core, plainOf(core), onlyLetters(lower), onlyLetters(plain)]
  return bare.some(isWords) || isRepeated(lower) || isRun(lower)
}

/** With look-alikes read as the letters they stand for. */
function plainOf(text: string): string {
  return [...text].map((letter) => LOOKS_LIKE[letter] ?? letter).join('')
}

function onlyLetters(text: string): string {
  return text.replace(/[^\p{L}]+/gu, '')
}

/** One known word, once or again and again. */
function isWords(text: string): boolean {
  return (
    WORDS.has(text) || [...WORDS].some((word) => text.split(word).join('') === '' && text !== '')
  )
}

/** The same few characters over and over. */
function isRepeated(text: string): boolean {
  return [1, 2, 3, 4, 5, 6].some((size) => {
    const part = text.slice(0, size)
    return text.length >= 2 * size && part.repeat(text.length).startsWith(text)
  })
}

/** Little more than rows of keys. */
function isRun(text: string): boolean {
  let beside = 0
  for (let at = 0; at < text.length; ) {
    const length = runAt(text, at)
    if (length < RUN_LENGTH) beside += 1
    at += length < RUN_LENGTH ? 1 : length
  }
  return beside < LEAST_BESIDE_RUNS
}

function runAt(text: string, at: number): number {
  let longest = 0
  for (const run of RUNS) {
    let length = 0
    while (at + length < text.length && run.includes(text.slice(at, at + length + 1))) length += 1
    longest = Math.max(longest, length)
  }
  return longest
}
