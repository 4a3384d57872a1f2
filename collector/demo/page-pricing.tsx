import { PAGES } from './titles.ts'

const PLANS = [
  {
    name: 'Small team',
    people: 'Up to 15 people',
    price: '$149',
    features: [
      'Birch batch brewer',
      '4 kg of house blend',
      'Filter service twice a year',
      'Help by phone and e-mail',
    ],
  },
  {
    name: 'Office',
    people: '16 to 60 people',
    price: '$329',
    features: [
      'Alder 6 bean-to-cup machine',
      '12 kg of beans, your choice',
      'Same-day repairs',
      'Milk, cups and cleaning stock',
      'Quarterly tune-up',
    ],
  },
  {
    name: 'Campus',
    people: 'Several floors or sites',
    price: 'from $890',
    features: [
      'A machine on every floor',
      'Willow water taps',
      'One invoice for all sites',
      'Named account manager',
      'Use and cost reports',
    ],
  },
] as const

const QUESTIONS = [
  [
    'Is there a minimum term?',
    'Twelve months for Office and Campus, because a machine has to be bought and installed. Small team runs month by month. After the first year every plan can be ended with a month’s notice.',
  ],
  [
    'What happens when the machine breaks?',
    'Call before two in the afternoon and somebody comes the same day in the cities we cover, the next day elsewhere. If it can’t be repaired on the spot, we leave a replacement and take the broken one with us.',
  ],
  [
    'Can we bring our own beans?',
    'Yes. We take the beans off the plan and reduce the price by what they would have cost. We still set the grinder for them, and again when you change roasters.',
  ],
  [
    'How many cups does a plan cover?',
    'Small team assumes about 500 cups a month, Office 1,600. Extra coffee is billed at the shop price less ten per cent; we never limit the machine.',
  ],
  [
    'Do you need a water connection?',
    'The Alder runs from its own tank, but above thirty people you will want mains water. Our installers need a tap within three metres, a socket and about two hours.',
  ],
  [
    'Who cleans it?',
    'The machine rinses itself; somebody has to empty the tray and press one button on Fridays, which takes four minutes. On Campus we do that too.',
  ],
  [
    'How soon can we start?',
    'Ten working days from the signed order for Small team and Office, three to five weeks for Campus. A tasting can usually be arranged within the week.',
  ],
  [
    'Can we buy instead?',
    'Every machine is in the shop, with its warranty. Many offices buy the machine and take only beans and service from us; ask for a quote and we will work out both.',
  ],
] as const

export function Pricing({ base }: { readonly base: string }) {
  return (
    <>
      <h1>Plans and pricing</h1>
      <p class="lead">
        Machine, beans, service and repairs for one monthly price. Installation is included, and so
        is taking it back.
      </p>
      <ul class="plans">
        {PLANS.map((plan) => (
          <li class={plan.name === 'Office' ? 'plan best' : 'plan'}>
            <h2>{plan.name}</h2>
            <p class="small">{plan.people}</p>
            <p class="price">
              {plan.price} <small>a month</small>
            </p>
            <ul>
              {plan.features.map((feature) => (
                <li>{feature}</li>
              ))}
            </ul>
            <a class="button" href={base + PAGES.contact.path}>
              Ask for a quote
            </a>
          </li>
        ))}
      </ul>
      <section class="prose">
        <h2>What a cup really costs</h2>
        <p>
          An office of forty drinks about 1,300 cups a month. On the Office plan that is 25 cents a
          cup, with milk, filters and repairs in it. The café downstairs charges $3.80 and fifteen
          minutes; capsules come to 48 cents before anybody has descaled anything.
        </p>
        <p>
          Prices are without tax and the same for everybody. Charities and schools pay fifteen per
          cent less; tell us when you write.
        </p>
      </section>
      <section>
        <h2>Questions we are asked</h2>
        <dl class="faq">
          {QUESTIONS.map(([question, answer]) => (
            <div>
              <dt>{question}</dt>
              <dd>{answer}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section class="panel">
        <h2>Taste before you decide</h2>
        <p>
          We come to your office with a machine and three coffees.{' '}
          <a href={base + PAGES.bookDemo.path}>Book a tasting</a>
        </p>
      </section>
    </>
  )
}
