/** The frame of every page of the demo shop: ribbon, header, footer with the newsletter, and the tag. */
import type { PropsWithChildren } from 'hono/jsx'
import { type DemoPage, PAGES, SHOP_NAME } from './titles.ts'

interface Frame {
  readonly base: string
  readonly siteKey: string
  readonly tagSrc: string
  readonly cartCount: number
}

interface LayoutProps {
  readonly frame: Frame
  readonly page: DemoPage
}

const MENU = [
  [PAGES.products, 'Products'],
  [PAGES.pricing, 'Plans'],
  [PAGES.guide, 'Buying guide'],
  [PAGES.blog, 'Brew notes'],
  [PAGES.contact, 'Contact'],
] as const

export function Layout({ frame, page, children }: PropsWithChildren<LayoutProps>) {
  const { base } = frame
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{page.title}</title>
        <link rel="icon" href={`${base}/art/leaf.svg`} type="image/svg+xml" />
        <link rel="stylesheet" href={`${base}/shop.css`} />
        <script defer src={`${base}/shop.js`}></script>
        <script defer src={frame.tagSrc} data-site={frame.siteKey}></script>
      </head>
      <body>
        <p class="ribbon">
          <span>Demo shop — everything you do here is scored;</span>{' '}
          <a href="/leads">open the dashboard</a>
        </p>
        <Header frame={frame} page={page} />
        <main>{children}</main>
        <Footer base={base} />
      </body>
    </html>
  )
}

function Header({ frame, page }: LayoutProps) {
  return (
    <header class="top">
      <a class="brand" href={frame.base}>
        <img src={`${frame.base}/art/leaf.svg`} alt="" width="30" height="30" />
        {SHOP_NAME}
      </a>
      <nav aria-label="Shop">
        {MENU.map(([target, label]) => (
          <a
            href={frame.base + target.path}
            aria-current={target.path === page.path ? 'page' : undefined}
          >
            {label}
          </a>
        ))}
      </nav>
      <a class="cart-link" href={frame.base + PAGES.cart.path}>
        Cart <span class="count">{frame.cartCount}</span>
      </a>
    </header>
  )
}

function Footer({ base }: { readonly base: string }) {
  return (
    <footer>
      <div class="footer-columns">
        <form class="newsletter" id="newsletter" method="post" action={`${base}/newsletter`}>
          <h2>Brew notes, once a month</h2>
          <p>What we learn in other people's kitchens. No offers.</p>
          <div class="inline-form">
            <label class="sr" for="newsletter-email">
              Work e-mail
            </label>
            <input
              id="newsletter-email"
              type="email"
              name="email"
              autocomplete="email"
              placeholder="you@company.example"
              required
            />
            <button type="submit">Sign up</button>
          </div>
        </form>
        <nav aria-label="Company">
          <h2>Company</h2>
          <a href={base + PAGES.careers.path}>Careers</a>
          <a href={base + PAGES.contact.path}>Contact</a>
          <a href={base + PAGES.bookDemo.path}>Book a tasting</a>
        </nav>
        <address>
          <h2>{SHOP_NAME}</h2>
          14 Tannery Yard, Harborough
          <br />
          <a href="tel:+15550100142">+1 555 0100 142</a>
          <br />
          <a href="mailto:hello@fernleaf.example">hello@fernleaf.example</a>
        </address>
      </div>
      <p class="small">An invented company. Nothing here is for sale and nothing is delivered.</p>
    </footer>
  )
}
