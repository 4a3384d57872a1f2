import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { normalPassword } from './password-rules.ts'

/**
 * Passwords are kept as `scrypt$LOG2N$R$P$SALT$HASH` (base64url). One hash takes 32 MB and most of a
 * second, on purpose, and runs on Node's pool of threads: never on the one that ingests. Few run at
 * once, so that a storm of tries takes neither the memory nor every thread of the pool.
 */
export interface Passwords {
  /** What to keep of a password; null while too many are waiting. */
  hash(password: string): Promise<string | null>
  /**
   * Whether this is the password that is kept; null while too many are waiting. Where nothing is
   * kept it takes the same time, so that an answer does not tell who has an account.
   */
  isRight(password: string, kept: string | null): Promise<boolean | null>
}

const COST = { log2N: 15, r: 8, p: 3 } as const
/** Node's own limit is just below what this cost takes. */
const MAX_MEMORY = 64 * 1024 * 1024
const HASH_BYTES = 32
const SALT_BYTES = 16
const AT_ONCE = 2
/** Those behind would wait longer than browsers do. */
const MAX_WAITING = 24

/** Seconds after which whoever was sent away may come again. */
export const BUSY_RETRY_S = '10'

export function createPasswords(): Passwords {
  const inTurn = createQueue(AT_ONCE, MAX_WAITING)
  const nobodys = encode(randomBytes(SALT_BYTES), randomBytes(HASH_BYTES))
  return {
    hash: (password) =>
      inTurn(async () => {
        const salt = randomBytes(SALT_BYTES)
        return encode(salt, await derive(password, salt))
      }),
    isRight: (password, kept) =>
      inTurn(async () => {
        const known = decode(kept ?? '')
        const { salt, hash } = known ?? decode(nobodys) ?? fail()
        const isSame = timingSafeEqual(await derive(password, salt), hash)
        return isSame && known !== null
      }),
  }
}

/** Runs few tasks at once, lets some wait, and answers null to those beyond. */
function createQueue(atOnce: number, maxWaiting: number) {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(task: () => Promise<T>): Promise<T | null> => {
    if (running >= atOnce) {
      if (waiting.length >= maxWaiting) return null
      await new Promise<void>((resolve) => waiting.push(resolve)) // takes over its place
    } else running += 1
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}

function derive(password: string, salt: Uint8Array): Promise<Buffer> {
  const options = { N: 2 ** COST.log2N, r: COST.r, p: COST.p, maxmem: MAX_MEMORY }
  return new Promise((resolve, reject) => {
    scrypt(normalPassword(password), salt, HASH_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}

function encode(salt: Uint8Array, hash: Uint8Array): string {
  const [saltText, hashText] = [salt, hash].map((b) => Buffer.from(b).toString('base64url'))
  return `scrypt$${COST.log2N}$${COST.r}$${COST.p}$${saltText}$${hashText}`
}

/** Null for what is no hash of this cost, such as the empty text of an account without a password. */
function decode(kept: string) {
  const prefix = `scrypt$${COST.log2N}$${COST.r}$${COST.p}$`
  const [saltText = '', hashText = ''] = kept.slice(prefix.length).split('$')
  const hash = Buffer.from(hashText, 'base64url')
  if (!kept.startsWith(prefix) || hash.length !== HASH_BYTES) return null
  return { salt: Buffer.from(saltText, 'base64url'), hash }
}

function fail(): never {
  throw new Error('a hash that was just made can be read')
}
