import { PAGES } from './titles.ts'

export function Contact({ base }: { readonly base: string }) {
  return (
    <div class="columns">
      <div>
        <h1>Contact us</h1>
        <p class="lead">
          Ask us anything about machines, beans or a quote. A person answers within one working day.
        </p>
        <p>
          Call <a href="tel:+15550100142">+1 555 0100 142</a>, weekdays 8:00–18:00, or write to{' '}
          <a href="mailto:hello@fernleaf.example">hello@fernleaf.example</a>.
        </p>
        <p>
          Want to taste first? <a href={base + PAGES.bookDemo.path}>Book a tasting</a> at your
          office.
        </p>
      </div>
      <form class="stacked panel" id="contact" method="post" action={base + PAGES.contact.path}>
        <PersonFields />
        <label>
          <span>
            Phone <small>(optional)</small>
          </span>
          <input type="tel" name="phone" autocomplete="tel" />
        </label>
        <label>
          How can we help?
          <textarea name="message" rows={5}></textarea>
        </label>
        <button type="submit">Send message</button>
      </form>
    </div>
  )
}

export function BookDemo({ base }: { readonly base: string }) {
  return (
    <div class="columns">
      <div>
        <h1>Book a tasting at your office</h1>
        <p class="lead">
          Forty minutes, three coffees, one machine on your own worktop. We bring the water filter
          and take the rubbish away.
        </p>
        <p>There is no charge, for offices of fifteen people and more.</p>
      </div>
      <form
        class="stacked panel"
        id="book-a-demo"
        method="post"
        action={base + PAGES.bookDemo.path}
        data-pique-event="request_demo"
      >
        <PersonFields />
        <label>
          Job title
          <input name="job_title" autocomplete="organization-title" />
        </label>
        <label>
          People in the office
          <select name="people">
            <option>15–40</option>
            <option>41–120</option>
            <option>More than 120</option>
          </select>
        </label>
        <button type="submit">Ask for a date</button>
      </form>
    </div>
  )
}

function PersonFields() {
  return (
    <>
      <label>
        Name
        <input name="name" autocomplete="name" />
      </label>
      <label>
        Work e-mail
        <input type="email" name="email" autocomplete="email" required />
      </label>
      <label>
        Company
        <input name="company" autocomplete="organization" />
      </label>
    </>
  )
}

export function Thanks({ base }: { readonly base: string }) {
  return (
    <>
      <h1>Thank you</h1>
      <p class="lead">We have got it. If you asked us something, you will hear from us soon.</p>
      <p class="actions">
        <a class="button" href={base + PAGES.guide.path}>
          Read the buying guide
        </a>
        <a class="button quiet" href={base}>
          Back to the start
        </a>
      </p>
    </>
  )
}

export function Missing({ base }: { readonly base: string }) {
  return (
    <>
      <h1>We can't find that page</h1>
      <p class="lead">It may have moved, or it never was. The kettle is on in the meantime.</p>
      <p>
        <a class="button" href={base + PAGES.products.path}>
          Browse products
        </a>
      </p>
    </>
  )
}
