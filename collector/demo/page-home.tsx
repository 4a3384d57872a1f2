import { PRODUCTS } from './catalogue.ts'
import { ProductGrid } from './pages-products.tsx'
import { PAGES } from './titles.ts'

const HERO = 'alder-bean-to-cup'
const FEATURED = [HERO, 'hazel-quiet-grinder', 'willow-water-tap', 'house-blend-case']

const STEPS = [
  ['Tell us about the office', 'How many people, how many floors, and what is there today.'],
  [
    'Taste at your desk',
    'We bring a machine and three coffees, and leave when you have had enough.',
  ],
  [
    'We install and look after it',
    'One invoice a month. If it breaks, somebody comes the same day.',
  ],
] as const

export function Home({ base }: { readonly base: string }) {
  return (
    <>
      <section class="hero">
        <div>
          <h1>Good coffee is the cheapest perk you can offer.</h1>
          <p class="lead">
            Machines, beans and everything around them, for offices of ten to six hundred people.
            Buy it, or let us run it for a monthly price.
          </p>
          <p class="actions">
            <a class="button" href={base + PAGES.pricing.path}>
              See plans and pricing
            </a>
            <a class="button quiet" href={base + PAGES.products.path}>
              Browse products
            </a>
          </p>
        </div>
        <img
          src={`${base}/art/${HERO}.svg`}
          alt="A bean-to-cup machine with a cup under its spout"
          width="480"
          height="360"
        />
      </section>
      <ul class="facts">
        <li>
          <b>1,140</b> offices supplied
        </li>
        <li>
          <b>Same day</b> repairs in 31 cities
        </li>
        <li>
          <b>30 days</b> to change your mind
        </li>
      </ul>
      <section>
        <h2>What offices order first</h2>
        <ProductGrid
          base={base}
          products={PRODUCTS.filter(({ slug }) => FEATURED.includes(slug))}
        />
      </section>
      <section>
        <h2>How it works</h2>
        <ol class="steps">
          {STEPS.map(([name, text]) => (
            <li>
              <h3>{name}</h3>
              <p>{text}</p>
            </li>
          ))}
        </ol>
        <p>
          <a class="button" href={base + PAGES.bookDemo.path}>
            Book a tasting
          </a>
        </p>
      </section>
      <section class="panel">
        <h2>Not sure what you need?</h2>
        <p>
          Our guide goes through cups a day, water, noise and cleaning, in the order in which they
          turn out to matter. <a href={base + PAGES.guide.path}>Read the buying guide</a>
        </p>
      </section>
    </>
  )
}
