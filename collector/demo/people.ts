/**
 * Invented people and companies. Business addresses are under `.example`, which is reserved. The
 * private ones can't belong to anybody either: Gmail has no underscores in its names, and an
 * Outlook name does not begin with a digit. So a demo that is wired to a real mailer harms nobody.
 */
import type { Pickable, Random } from './random.ts'

export interface Person {
  readonly email: string
  readonly name: string
  readonly company?: string
  readonly jobTitle?: string
}

type Names = readonly [given: Pickable<string>, family: Pickable<string>]

const NAMES: Pickable<Names> = [
  [
    ['Amelia', 'Oliver', 'Grace', 'Marcus', 'Hannah', 'Declan', 'Imogen', 'Theo', 'Ruth', 'Callum'],
    ['Whitlock', 'Ashdown', 'Pemberton', 'Okafor', 'Hargreave', 'Tennant', 'Marsh', 'Delacroix'],
  ],
  [
    ['Jordan', 'Brianna', 'Ethan', 'Kayla', 'Tyrone', 'Melissa', 'Wyatt', 'Denise', 'Caleb'],
    ['Caldwell', 'Rivera', 'Brooks', 'Nakamura', 'Hollis', 'Beaumont', 'Sandoval', 'Kessler'],
  ],
  [
    ['Lena', 'Jürgen', 'Anneke', 'Matthias', 'Käthe', 'Florian', 'Britta', 'Henrik', 'Sofie'],
    ['Brandt', 'Vogelsang', 'Müller', 'de Vries', 'Hartwig', 'Lindqvist', 'Sørensen', 'Groß'],
  ],
  [
    [
      'Chloé',
      'Étienne',
      'Margaux',
      'Bastien',
      'Inês',
      'Rui',
      'Lucía',
      'Álvaro',
      'Giulia',
      'Matteo',
    ],
    ['Lefèvre', 'Moreau', 'Ferreira', 'Nogueira', 'Ibáñez', 'Castellanos', 'Bianchi', 'Ricci'],
  ],
  [
    ['Agnieszka', 'Łukasz', 'Zuzana', 'Tomáš', 'Ilona', 'Bogdan', 'Irina', 'Marek'],
    ['Kowalczyk', 'Wójcik', 'Novotná', 'Dvořák', 'Szabó', 'Ionescu', 'Petrov', 'Zieliński'],
  ],
  [
    ['Priya', 'Arjun', 'Ananya', 'Rohan', 'Farah', 'Imran', 'Leila', 'Omar', 'Yasmin'],
    ['Raghunathan', 'Mehta', 'Chatterjee', 'Iyer', 'Haddad', 'Rahimi', 'El-Sayed', 'Aziz'],
  ],
  [
    ['Mei', 'Haruto', 'Ji-woo', 'Wei', 'Linh', 'Kenji', 'Siti', 'Minh'],
    ['Tanaka', 'Park', 'Zhang', 'Nguyễn', 'Lim', 'Watanabe', 'Chen', 'Rahman'],
  ],
  [
    ['Chidinma', 'Kwame', 'Amara', 'Tendai', 'Zanele', 'Femi', 'Wanjiru'],
    ['Adeyemi', 'Mensah', 'Nkosi', 'Kamau', 'Osei', 'Balogun', 'Moyo'],
  ],
]

const PLACES: Pickable<string> = [
  ...(['Larkfield', 'Norrbeck', 'Halden', 'Osterley', 'Quillmere', 'Brightwater'] as const),
  ...(['Thornbury', 'Kestrel', 'Ravensholt', 'Montclar', 'Silverbirch', 'Tamarind'] as const),
  ...(['Juniper', 'Aldergate', 'Solvang', 'Redmarsh', 'Copperhill', 'Valdoro', 'Nimbus'] as const),
  ...(['Marlowe', 'Eastquay', 'Fjordline', 'Pinecrest', 'Cobalt', 'Wexford', 'Sundial'] as const),
]

const TRADES: Pickable<string> = [
  ...(['Logistics', 'Architects', 'Software', 'Legal', 'Insurance', 'Studios', 'Dental'] as const),
  ...(['Engineering', 'Media', 'Biotech', 'Consulting', 'Energy', 'Robotics', 'Partners'] as const),
  ...(['Analytics', 'Coworking', 'Finance', 'Freight', 'Schools', 'Property'] as const),
]

const JOB_TITLES: Pickable<readonly [number, string]> = [
  [16, 'Office Manager'],
  [12, 'Facilities Manager'],
  [7, 'Head of Workplace'],
  [6, 'Head of People'],
  [5, 'Director of Facilities'],
  [5, 'Procurement Lead'],
  [5, 'Executive Assistant'],
  [4, 'VP Operations'],
  [4, 'HR Manager'],
  [4, 'Founder'],
  [3, 'Chief Operating Officer'],
  [3, 'Chief Executive Officer'],
  [2, 'CMO'],
  [4, 'Team Assistant'],
  [4, 'IT Administrator'],
  [3, 'Accountant'],
  [3, 'Product Designer'],
  [3, 'Intern'],
]

const FREE_MAIL_SHARE = 0.17

/** People with addresses that differ; about every fourth shares a company with somebody. */
export function createPeople(random: Random): () => Person {
  const taken = new Set<string>()
  return () => {
    const [givenNames, familyNames] = random.pick(NAMES)
    const given = random.pick(givenNames)
    const family = random.pick(familyNames)
    const company = `${random.pick(PLACES)} ${random.pick(TRADES)}`
    const isPrivate = random.chance(FREE_MAIL_SHARE)
    const address = isPrivate ? privateAddress : businessAddress
    let email = address(random, { given, family, company, suffix: '' })
    for (let suffix = 2; taken.has(email); suffix++) {
      email = address(random, { given, family, company, suffix: String(suffix) })
    }
    taken.add(email)
    const name = `${given} ${family}`
    if (isPrivate)
      return random.chance(0.4) ? { email, name, jobTitle: 'Student' } : { email, name }
    return random.chance(0.85)
      ? { email, name, company, jobTitle: random.weighted(JOB_TITLES) }
      : { email, name, company }
  }
}

interface Naming {
  readonly given: string
  readonly family: string
  readonly company: string
  readonly suffix: string
}

function businessAddress(_: Random, { given, family, company, suffix }: Naming): string {
  const [first, last] = [plain(given), plain(family)]
  // A company has one pattern for all of its people.
  const pattern = company.length % 3
  const local = [`${first}.${last}`, `${first.charAt(0)}.${last}`, first][pattern] ?? first
  return `${local}${suffix}@${plain(company, '-')}.example`
}

function privateAddress(random: Random, { given, family, suffix }: Naming): string {
  const [first, last] = [plain(given), plain(family)]
  return random.chance(0.65)
    ? `${first}_${last}${suffix}@gmail.com`
    : `${random.whole(70, 99)}.${first}.${last}${suffix}@outlook.com`
}

/** Latin letters without marks, as e-mail addresses have them: `Łukasz` → `lukasz`. */
function plain(text: string, joiner = ''): string {
  return text
    .toLowerCase()
    .replaceAll('ł', 'l')
    .replaceAll('ø', 'o')
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, joiner)
}
