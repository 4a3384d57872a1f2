import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createPlace, type RunningCollector, startBuilt } from '../support/collector.ts'

/** `pique account` and `key add --expires`, on a stopped store and beside a running collector. */

const timeout = 60_000
const OWNER = 'ann@shop.example'
const PASSWORD = 'brave violet otter'

let place: ReturnType<typeof createPlace>
let collector: RunningCollector
beforeEach(async () => {
  place = createPlace()
  collector = await startBuilt('start', place.store)
})
afterEach(async () => {
  await collector.stop('SIGKILL')
  place.remove()
})

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

async function piqueWith(input: string, ...args: readonly string[]): Promise<Ended> {
  const all = ['dist/pique.js', ...args, '--store', place.store]
  const child = spawn(process.execPath, all, { stdio: 'pipe' })
  child.stdin.end(input)
  const code = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await code, out, err }
}
const pique = (...args: readonly string[]) => piqueWith('', ...args)
const complaint = (words: string) => ({ code: 1, out: '', err: `pique: ${words}\n` })

/** The session's cookie, or null where the password was not taken. */
async function signIn(email: string, password: string): Promise<string | null> {
  const answer = await fetch(`${collector.url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: collector.url },
    body: new URLSearchParams({ email, password }),
  })
  if (answer.status !== 303) return null
  return answer.headers.get('set-cookie')?.split(';', 1)[0] ?? null
}

async function isIn(cookie: string | null): Promise<boolean> {
  const headers = { cookie: cookie ?? '', accept: 'text/html', 'sec-fetch-site': 'same-origin' }
  return (await fetch(`${collector.url}/leads`, { headers, redirect: 'manual' })).status === 200
}

async function add(email: string, ...more: readonly string[]): Promise<string> {
  const { code, out } = await pique('account', 'add', email, ...more)
  expect(code).toBe(0)
  const { password }: { readonly password: string } = JSON.parse(out)
  return password
}

function filesWith(secret: string): string[] {
  const directory = dirname(place.store)
  return readdirSync(directory).filter((name) =>
    readFileSync(join(directory, name)).includes(secret),
  )
}

test('what is made beside a running collector holds at once, and is in no file', {
  timeout,
}, async () => {
  expect(existsSync(`${place.store}-setup`)).toBe(true)
  const added = await piqueWith(`${PASSWORD}\n`, 'account', 'add', OWNER, '--password-stdin')
  expect(added).toEqual({
    code: 0,
    out: `${JSON.stringify({ email: OWNER, role: 'owner' })}\n`,
    err: '',
  })
  expect(existsSync(`${place.store}-setup`)).toBe(false)
  expect(await isIn(await signIn(OWNER, PASSWORD))).toBe(true)

  const made = await add('Bob@Shop.example', '--role', 'viewer')
  expect(made).toMatch(/^[\w-]{20}$/)
  expect(await isIn(await signIn('bob@shop.example', made))).toBe(true)
  expect(await signIn('bob@shop.example', `${made}x`)).toBe(null)
  const listed = await pique('account', 'list')
  expect(
    listed.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { email: OWNER, role: 'owner', has_password: true },
    { email: 'bob@shop.example', role: 'viewer', has_password: true },
  ])
  expect(listed.out).not.toContain(made)

  const key: { readonly key: string; readonly expires_at: string } = JSON.parse(
    (await pique('key', 'add', 'Reports', '--expires', '90')).out,
  )
  const days = (Date.parse(key.expires_at) - Date.now()) / 86_400_000
  expect(days).toBeGreaterThan(89.9)
  expect(days).toBeLessThanOrEqual(90)
  const authorization = `Bearer ${key.key}`
  expect((await collector.api('/leads', { headers: { authorization } })).status).toBe(200)

  // The write-ahead log is looked at as it is, and folded in.
  for (const secret of [PASSWORD, made, key.key]) expect(filesWith(secret)).toEqual([])
  expect(await collector.stop()).toBe(0)
  for (const secret of [PASSWORD, made, key.key]) expect(filesWith(secret)).toEqual([])
  expect(filesWith(OWNER)).toEqual(['pique.db'])
  for (const trace of ['@', made, key.key]) expect(collector.logs()).not.toContain(trace)
})

test('who is removed or has a new password is out at once, and the last owner stays', {
  timeout,
}, async () => {
  const first = await add(OWNER)
  const bobs = await add('bob@shop.example', '--role', 'analyst')
  const [ann, bob] = [await signIn(OWNER, first), await signIn('bob@shop.example', bobs)]
  expect([await isIn(ann), await isIn(bob)]).toEqual([true, true])

  expect(await pique('account', 'remove', 'BOB@shop.example')).toEqual({
    code: 0,
    out: 'removed bob@shop.example\n',
    err: '',
  })
  expect([await isIn(ann), await isIn(bob)]).toEqual([true, false])
  expect(await signIn('bob@shop.example', bobs)).toBe(null)

  const { out } = await pique('account', 'password', OWNER)
  const { email, password } = JSON.parse(out)
  expect(email).toBe(OWNER)
  expect(await isIn(ann)).toBe(false)
  expect(await signIn(OWNER, first)).toBe(null)
  expect(await isIn(await signIn(OWNER, password))).toBe(true)

  expect(await pique('account', 'remove', OWNER)).toEqual(
    complaint(`${OWNER} is the last owner; make somebody else owner first`),
  )
  expect(await collector.stop()).toBe(0)
  // On a stopped store too.
  expect((await pique('account', 'remove', OWNER)).code).toBe(1)
  await add('eve@shop.example')
  expect((await pique('account', 'remove', OWNER)).code).toBe(0)
  expect((await pique('account', 'list')).out).not.toContain(OWNER)
})

test('what is not right is said, and changes nothing', { timeout }, async () => {
  await add(OWNER)
  const before = await pique('account', 'list')
  const given = ['account', 'password', OWNER, '--password-stdin'] as const
  const cases: readonly (readonly [Promise<Ended>, string])[] = [
    [pique('account', 'add', OWNER), `somebody has the e-mail ${OWNER} already`],
    [pique('account', 'add', 'ann'), '"ann" is no e-mail address'],
    [
      pique('account', 'password', 'bob@x.example'),
      'nobody has the e-mail bob@x.example; `pique account list` shows who has',
    ],
    [piqueWith('short\n', ...given), 'The password has 5 characters; it needs at least 12.'],
    [
      pique('key', 'add', 'Old', '--expires', '2020-01-31'),
      '--expires is "2020-01-31"; expected days to come, such as 90, or a day such as 2027-01-31',
    ],
    [pique('key', 'add', ' '), 'the name is " "; expected 1 to 100 characters'],
  ]
  for (const [ended, words] of cases) expect(await ended).toEqual(complaint(words))
  const role = await pique('account', 'add', 'bob@x.example', '--role', 'boss')
  expect([role.code, role.out]).toEqual([1, ''])
  expect(role.err).toContain('Allowed choices are owner, analyst, viewer')
  expect(await pique('account', 'list')).toEqual(before)
  expect((await pique('key', 'list')).out.trim().split('\n')).toHaveLength(1)
  await collector.stop()
  place.remove()
  expect((await pique('account', 'add', OWNER)).err).toBe(
    `pique: there is no store at ${place.store}; name it with --store\n`,
  )
  expect(existsSync(place.store)).toBe(false)
})

test('what the command line changed is written down as such', { timeout }, async () => {
  const out = async (...args: readonly string[]) => JSON.parse((await pique(...args)).out)
  const { id: key } = await out('key', 'add', 'CRM', '--scope', 'write')
  await pique('key', 'revoke', key)
  await pique('key', 'revoke', key)
  const { id: site } = await out('site', 'add', 'Stall')
  await pique('account', 'add', OWNER)
  await pique('backup', '--to', join(dirname(place.store), 'copy.db'), '--no-verify')
  const { data }: { data: Record<string, string>[] } = await (await collector.api('/audit')).json()
  expect(data.map(({ by, action, subject, detail }) => [by, action, subject, detail])).toEqual([
    ['command line', 'backup.made', null, null],
    ['command line', 'account.added', 'ac_1', 'owner'],
    ['command line', 'site.added', site, null],
    ['command line', 'key.revoked', key, null],
    ['command line', 'key.added', key, 'write'],
  ])
})
