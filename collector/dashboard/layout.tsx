import type { Child } from 'hono/jsx'
import { assetUrl } from './assets.ts'
import type { FrameView, LinkView } from './present.ts'

/** The frame of every page: head, landmarks, navigation, the ribbon and the help for keys. */

interface HeadProps {
  readonly title: string
}

const Head = ({ title }: HeadProps) => (
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="robots" content="noindex" />
    {/* Over plain http a browser that sends no referrer says “Origin: null” for a form. */}
    <meta name="referrer" content="same-origin" />
    <title>{title}</title>
    <link rel="icon" href={assetUrl('dashboard.svg')} type="image/svg+xml" />
    <link rel="stylesheet" href={assetUrl('dashboard.css')} />
    <script type="module" src={assetUrl('dashboard.js')} />
  </head>
)

export const Wordmark = () => (
  <span class="wordmark">
    <svg viewBox="0 0 24 16" aria-hidden="true">
      <path d="M1 14 8 9l4 3 5-10 6 12" />
    </svg>
    Pique
  </span>
)

const Links = ({ links }: { links: readonly LinkView[] }) => (
  <ul>
    {links.map((link) => (
      <li>
        <a href={link.href} aria-current={link.current ? 'page' : undefined}>
          {link.label}
        </a>
      </li>
    ))}
  </ul>
)

const Sites = ({ frame }: { frame: FrameView }) => (
  <nav class="sites" aria-label="Site">
    <details>
      <summary>{frame.siteName}</summary>
      <Links links={frame.sites} />
    </details>
  </nav>
)

const SignOut = () => (
  <form class="sign-out" method="post" action="/logout">
    <button type="submit">Sign out</button>
  </form>
)

const Ribbon = ({ frame }: { frame: FrameView }) => (
  <p class="ribbon">
    <span>{frame.ribbon}</span>
    {frame.demoShop && (
      <a href={frame.demoShop} target="_blank" rel="noopener">
        Open the demo shop
      </a>
    )}
  </p>
)

const Keys = () => (
  <dialog id="keys-help" aria-labelledby="keys-help-title">
    <h2 id="keys-help-title">Keys</h2>
    <dl class="keys">
      <dt>
        <kbd>/</kbd>
      </dt>
      <dd>Search leads</dd>
      <dt>
        <kbd>j</kbd> <kbd>k</kbd>
      </dt>
      <dd>Next and previous row</dd>
      <dt>
        <kbd>Enter</kbd>
      </dt>
      <dd>Open the row</dd>
      <dt>
        <kbd>a</kbd>
      </dt>
      <dd>Accept the MQL of the row, on Today</dd>
      <dt>
        <kbd>?</kbd>
      </dt>
      <dd>This list</dd>
    </dl>
    <form method="dialog">
      <button type="submit">Close</button>
    </form>
  </dialog>
)

export const Layout = ({ frame, children }: { frame: FrameView; children: Child }) => (
  <html lang="en">
    <Head title={`${frame.title} · Pique`} />
    <body>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      {frame.ribbon && <Ribbon frame={frame} />}
      <header class="top">
        <a class="home" href="/" aria-label="Pique, today">
          <Wordmark />
        </a>
        <nav aria-label="Main">
          <Links links={frame.nav} />
        </nav>
        {frame.sites.length > 0 && <Sites frame={frame} />}
        <SignOut />
      </header>
      <main id="main" tabindex={-1}>
        {children}
      </main>
      <footer class="foot">
        <p>Points decay with time, so every score is as of this reading.</p>
        <button type="button" class="quiet" data-keys hidden>
          Keys <kbd>?</kbd>
        </button>
      </footer>
      <Keys />
    </body>
  </html>
)

/** A page with nothing around it, for those who have not signed in. */
export const Bare = ({ title, children }: HeadProps & { children: Child }) => (
  <html lang="en">
    <Head title={`${title} · Pique`} />
    <body class="bare">
      <main id="main">{children}</main>
    </body>
  </html>
)
