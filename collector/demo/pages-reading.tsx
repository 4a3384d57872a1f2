import { GUIDE, GUIDE_INTRO } from './guide-text.ts'
import { GUIDE_FILE, PAGES } from './titles.ts'

export function Guide({ base }: { readonly base: string }) {
  return (
    <article class="prose">
      <h1>How to choose an office coffee machine</h1>
      <p class="lead">{GUIDE_INTRO}</p>
      {GUIDE.map((part) => (
        <section>
          <h2>{part.heading}</h2>
          {part.paragraphs.map((text) => (
            <p>{text}</p>
          ))}
        </section>
      ))}
      <aside class="panel">
        <h2>Take it to the meeting</h2>
        <p>The whole guide as a PDF, with a page for your own numbers. No form to fill in.</p>
        <p>
          <a class="button" href={base + GUIDE_FILE}>
            Download the guide (PDF)
          </a>
        </p>
      </aside>
      <p>
        When you know your numbers, <a href={base + PAGES.pricing.path}>compare the plans</a> or{' '}
        <a href={base + PAGES.contact.path}>ask us for a quote</a>.
      </p>
    </article>
  )
}

export function Blog({ base }: { readonly base: string }) {
  return (
    <>
      <h1>Brew notes</h1>
      <p class="lead">What we learn in other people's kitchens, once a month.</p>
      <ul class="posts">
        <li>
          <h2>
            <a href={base + PAGES.article.path}>What a good coffee corner costs</a>
          </h2>
          <p class="small">6 minutes · by Ottilie Brandt</p>
          <p>
            We added up the receipts of twelve offices. The machine was the smallest surprise; the
            plumber was the largest.
          </p>
        </li>
      </ul>
    </>
  )
}

export function Article({ base }: { readonly base: string }) {
  return (
    <article class="prose">
      <h1>What a good coffee corner costs</h1>
      <p class="small">6 minutes · by Ottilie Brandt</p>
      <p class="lead">
        We asked twelve customers for the receipts of their first year. Here is what they spent, and
        what they would leave out next time.
      </p>
      <h2>The machine is the smallest surprise</h2>
      <p>
        Everybody budgets for it, and everybody gets close: between $700 for a brewer and $2,600 for
        a bean-to-cup machine. Offices under twenty people who bought the larger one said they would
        do it again. Offices over sixty who bought one said they should have bought two.
      </p>
      <h2>The plumber is the largest</h2>
      <p>
        Moving water four metres cost $480 on average and $1,900 in a listed building. Three of the
        twelve found out after the machine had arrived. Measure to the tap before anything else; a{' '}
        <a href={`${base}/products/breakroom-trolley`}>trolley with a tank</a> is cheaper than a
        wall.
      </p>
      <h2>Beans are most of it</h2>
      <p>
        Forty people drink about ten kilos a month. The difference between coffee people put up with
        and coffee people stay for was 9 cents a cup. Nobody who changed to better beans went back.
      </p>
      <h2>What they would leave out</h2>
      <p>
        Printed mugs, syrup pumps, and the second grinder. What they would add: a bin next to the
        machine, and <a href={`${base}/products/willow-water-tap`}>a water tap</a>, because half the
        queue only wants water.
      </p>
      <p>
        Working on your own numbers? The <a href={base + PAGES.guide.path}>buying guide</a> has a
        page for them, and our <a href={base + PAGES.pricing.path}>plans</a> have them in one sum.
      </p>
    </article>
  )
}

const JOBS = [
  ['Service technician', 'Full time, on the road'],
  ['Account manager, mid-size offices', 'Full time, hybrid'],
  ['Warehouse lead', 'Full time, Harborough'],
  ['Marketing intern', 'Six months, hybrid'],
] as const

export function Careers() {
  return (
    <div class="prose">
      <h1>Careers</h1>
      <p class="lead">
        Eighty-four people, one warehouse, a lot of coffee. We hire slowly and promote early.
      </p>
      <ul class="posts">
        {JOBS.map(([name, terms]) => (
          <li>
            <h2>{name}</h2>
            <p class="small">{terms}</p>
          </li>
        ))}
      </ul>
      <p>
        Send a page about yourself to{' '}
        <a href="mailto:jobs@fernleaf.example">jobs@fernleaf.example</a>. Everybody gets an answer
        within two weeks.
      </p>
    </div>
  )
}
