import { describe, expect, test } from 'vitest'
import { compileExclusion, type ExcludeSpec } from '../../collector/scoring/exclude.ts'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'

const domains = createMailDomains('gmail.com\n', 'mailinator.com\n')
const NOBODY: ExcludeSpec = { email_domains: [] }
const STAFF: ExcludeSpec = { email_domains: ['corp.example'] }
const own = (entry: string): ExcludeSpec => ({ email_domains: [entry] })
const suppress = (...emails: string[]): ExcludeSpec => ({ email_domains: [], emails })

describe('an address', () => {
  const cases: [string, ExcludeSpec, string | null, string | null][] = [
    ['of nobody listed is not excluded', NOBODY, 'jane@acme.example', null],
    ['that is not known is not excluded', STAFF, null, null],
    ['that is blank is not excluded', suppress('*'), ' ', null],
    ['of own staff', STAFF, 'jane@corp.example', 'own staff'],
    ['of own staff in capitals', STAFF, 'Jane@CORP.example', 'own staff'],
    ['of own staff, listed in capitals', own(' Corp.Example '), 'jane@corp.example', 'own staff'],
    ['under a sub-domain', STAFF, 'jane@eu.mail.corp.example', 'own staff'],
    ['of a domain that only ends alike', STAFF, 'jane@notcorp.example', null],
    ['of the domain above', own('mail.corp.example'), 'jane@corp.example', null],
    ['listed with an @', own('@corp.example'), 'jane@corp.example', 'own staff'],
    ['listed with a star', own('*.corp.example'), 'jane@corp.example', 'own staff'],
    [
      'listed with a star, under a sub-domain',
      own('*.corp.example'),
      'j@a.corp.example',
      'own staff',
    ],
    ['listed with an @ and a star', own('@*.corp.example'), 'j@a.corp.example', 'own staff'],
    ['listed as every address', own('*@corp.example'), 'jane@corp.example', 'own staff'],
    ['listed with a dot', own('.corp.example'), 'jane@corp.example', 'own staff'],
    ['is not excluded by a blank entry', own(' '), 'jane@acme.example', null],
    ['is not excluded by a lone @', own('@'), 'jane@acme.example', null],
    ['is not excluded by a lone star', own('*.'), 'jane@acme.example', null],
    ['with two @ belongs to the last', STAFF, '"a@corp.example"@acme.example', null],
    ['that has no domain', STAFF, 'corp.example', null],
    ['that a prototype would know', STAFF, 'jane@constructor', null],
    [
      'of a competitor',
      { ...STAFF, competitors: ['rival.example'] },
      'j@eu.rival.example',
      'competitor',
    ],
    ['listed', suppress('jane@acme.example'), 'Jane@Acme.example', 'suppressed address'],
    ['that begins as listed', suppress('test*'), 'tester@acme.example', 'suppressed address'],
    ['that has the listed only inside', suppress('test*'), 'contest@acme.example', null],
    [
      'that any of several globs matches',
      suppress('a@*', '*+spam@*'),
      'j+spam@x.example',
      'suppressed address',
    ],
    ['is not excluded by a blank glob', suppress(' '), 'jane@acme.example', null],
    ['of free mail, where that is welcome', NOBODY, 'jane@gmail.com', null],
    ['of free mail, said to be welcome', { ...NOBODY, free_mail: false }, 'jane@gmail.com', null],
    [
      'of free mail, where it is not',
      { ...NOBODY, free_mail: true },
      'jane@gmail.com',
      'free mail',
    ],
    [
      'of a throw-away box, where only free mail is unwelcome',
      { ...NOBODY, free_mail: true },
      'j@mailinator.com',
      null,
    ],
    [
      'of a throw-away box',
      { ...NOBODY, disposable_mail: true },
      'j@x.mailinator.com',
      'disposable mail',
    ],
    [
      'of a company, where both are unwelcome',
      { ...NOBODY, free_mail: true, disposable_mail: true },
      'j@acme.example',
      null,
    ],
    [
      'with several reasons has the first',
      { email_domains: ['gmail.com'], competitors: ['gmail.com'], emails: ['*'], free_mail: true },
      'jane@gmail.com',
      'own staff',
    ],
  ]
  test.each(cases)('%s', (_, exclude, email, reason) => {
    expect(compileExclusion(exclude, domains).reasonFor(email)).toBe(reason)
  })
})
