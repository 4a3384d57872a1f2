/** What the demo shop sells. Prices are in cents so that totals add up. */

export const CURRENCY = 'USD'

export interface Product {
  readonly slug: string
  readonly sku: string
  readonly name: string
  readonly category: string
  readonly priceCents: number
  readonly summary: string
  readonly description: readonly string[]
  readonly specs: readonly (readonly [name: string, value: string])[]
}

export const PRODUCTS: readonly [Product, ...(readonly Product[])] = [
  {
    slug: 'alder-bean-to-cup',
    sku: 'FL-1006',
    name: 'Alder 6 bean-to-cup machine',
    category: 'Machines',
    priceCents: 249_000,
    summary: 'Fresh espresso, flat whites and hot water for up to sixty people.',
    description: [
      'Two bean hoppers, a steel burr grinder and a milk system that rinses itself after every cup. The screen shows six drinks and nothing else, so nobody needs a lesson.',
      'We install it, set the grind for your beans and come back after two weeks to adjust it. Descaling takes eleven minutes and the machine asks for it.',
    ],
    specs: [
      ['Cups an hour', '90'],
      ['Hoppers', '2 × 750 g'],
      ['Water', 'Mains or 4 l tank'],
      ['Size', '34 × 48 × 58 cm'],
      ['Warranty', '2 years, on site'],
    ],
  },
  {
    slug: 'birch-batch-brewer',
    sku: 'FL-1012',
    name: 'Birch batch brewer',
    category: 'Machines',
    priceCents: 68_900,
    summary: 'Two thermal jugs of filter coffee, ready before the stand-up.',
    description: [
      'Brews 2.2 litres in six minutes at a steady 94 °C and keeps it hot in a vacuum jug instead of on a plate, so the last cup tastes like the first.',
      'A timer starts the first jug before anybody is in. Everything that touches coffee goes in the dishwasher.',
    ],
    specs: [
      ['Capacity', '2 × 2.2 l'],
      ['Brewing time', '6 min'],
      ['Power', '2.1 kW'],
      ['Size', '23 × 42 × 51 cm'],
      ['Warranty', '2 years'],
    ],
  },
  {
    slug: 'hazel-quiet-grinder',
    sku: 'FL-1020',
    name: 'Hazel quiet grinder',
    category: 'Grinders',
    priceCents: 42_900,
    summary: 'Grinds by weight at 62 dB. Meetings next door stay meetings.',
    description: [
      'Slow 64 mm flat burrs and a damped housing make this the quietest grinder we have measured in an open-plan kitchen.',
      'Set a dose once, press once. The scale stops the grinder within a fifth of a gram.',
    ],
    specs: [
      ['Burrs', '64 mm, steel'],
      ['Noise', '62 dB at 1 m'],
      ['Hopper', '1 kg'],
      ['Dose', 'By weight, ± 0.2 g'],
      ['Warranty', '3 years'],
    ],
  },
  {
    slug: 'rowan-kettle',
    sku: 'FL-1031',
    name: 'Rowan gooseneck kettle',
    category: 'Kitchen',
    priceCents: 12_900,
    summary: 'Pour-over and tea at the degree you ask for, 1.2 litres at a time.',
    description: [
      'Holds any temperature from 40 to 100 °C for an hour. The spout pours as slowly as you like, without dripping on the bench.',
      'Switches itself off dry, and the base has a cable long enough for a real kitchen.',
    ],
    specs: [
      ['Capacity', '1.2 l'],
      ['Temperature', '40–100 °C'],
      ['Power', '1.5 kW'],
      ['Warranty', '2 years'],
    ],
  },
  {
    slug: 'willow-water-tap',
    sku: 'FL-1044',
    name: 'Willow water tap',
    category: 'Water',
    priceCents: 118_000,
    summary: 'Boiling, chilled and sparkling from one tap, filtered under the sink.',
    description: [
      'Replaces the kettle queue and the bottle deliveries. One filter lasts six months in an office of forty, and the tap tells you when it is due.',
      'A child-safe lock for boiling water is on by default. Our installers need two hours and a socket.',
    ],
    specs: [
      ['Boiling', '5 l, 98 °C'],
      ['Chilled', '20 l an hour'],
      ['Filter', '6 months or 6 000 l'],
      ['Cabinet', '40 × 45 × 44 cm'],
      ['Warranty', '3 years, on site'],
    ],
  },
  {
    slug: 'house-blend-case',
    sku: 'FL-2001',
    name: 'House blend, case of 6 kg',
    category: 'Coffee',
    priceCents: 13_800,
    summary: 'Chocolate and hazelnut, roasted on Mondays, in your kitchen by Thursday.',
    description: [
      'The coffee most of our customers settle on: two washed lots and one natural, roasted for espresso but happy as filter.',
      'Comes as six one-kilo bags with the roast date on the front. Pause or change a standing order by replying to its e-mail.',
    ],
    specs: [
      ['Bags', '6 × 1 kg, whole bean'],
      ['Roast', 'Medium'],
      ['Cups', 'About 700'],
      ['Best', '10–60 days after roasting'],
    ],
  },
  {
    slug: 'stoneware-mugs',
    sku: 'FL-3008',
    name: 'Stoneware mugs, set of 24',
    category: 'Kitchen',
    priceCents: 21_600,
    summary: 'Stackable, dishwasher-proof, and hard to carry off to another floor.',
    description: [
      'Glazed in sage, sand and clay, 280 ml each. The foot nests in the rim below, so twenty-four fit on one shelf.',
      'Chipped one? Single mugs can be re-ordered for as long as we sell the set.',
    ],
    specs: [
      ['Volume', '280 ml'],
      ['Colours', 'Sage, sand, clay'],
      ['Care', 'Dishwasher, microwave'],
      ['Made of', 'Stoneware'],
    ],
  },
  {
    slug: 'breakroom-trolley',
    sku: 'FL-4002',
    name: 'Breakroom trolley',
    category: 'Furniture',
    priceCents: 54_500,
    summary: 'A coffee corner on wheels, for floors without a kitchen.',
    description: [
      'Oiled ash and powder-coated steel, with a cut-out for cables, a drawer for pods and spoons, and brakes that hold.',
      'Fits the Birch brewer or the Hazel grinder with room for a tray of mugs below.',
    ],
    specs: [
      ['Top', '90 × 45 cm'],
      ['Height', '88 cm'],
      ['Load', '80 kg'],
      ['Assembly', '20 minutes, tools included'],
    ],
  },
]

export function productOf(slug: string): Product | undefined {
  return PRODUCTS.find((product) => product.slug === slug)
}

/** Every word must occur somewhere in the product's texts. */
export function searchProducts(query: string): readonly Product[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return PRODUCTS.filter((product) => {
    const text =
      `${product.name} ${product.category} ${product.summary} ${product.description.join(' ')}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** `249000` → `$2,490.00`, by hand: the first use of `Intl` is slow, and a shop has one currency. */
export function priceText(cents: number): string {
  const whole = String(Math.floor(cents / 100)).replace(/\B(?=(\d{3})+$)/g, ',')
  return `$${whole}.${String(cents % 100).padStart(2, '0')}`
}
