import type { SiteJson } from '../store/shapes.ts'
import { hrefOf } from './links.ts'

/**
 * The tag, as each kind of site needs it. Everything that is pasted somewhere is made here, from the site's
 * own key and settings.
 */

/** What of a site its tag says. */
export interface TagSite extends Pick<SiteJson, 'key'> {
  /** What the tag begins with; `granted` where the site says nothing else. */
  readonly consent?: 'granted' | 'pending' | 'denied'
}

/** The tag for a page's HTML. */
export function tagOf(site: TagSite, tagUrl: string): string {
  return `<script defer ${attributesOf(site, tagUrl).join(' ')}></script>`
}

/** Nothing is collected until the page says that somebody agreed. */
function isAsking({ consent = 'granted' }: TagSite): boolean {
  return consent !== 'granted'
}

function attributesOf(site: TagSite, tagUrl: string): readonly string[] {
  const consent = isAsking(site) ? [`data-consent="${site.consent}"`] : []
  return [`src="${tagUrl}"`, `data-site="${site.key}"`, ...consent]
}

export const PLATFORMS = {
  html: 'Plain HTML',
  wordpress: 'WordPress',
  shopify: 'Shopify',
  gtm: 'Tag Manager',
  next: 'Next.js',
  astro: 'Astro',
  module: 'npm module',
} as const
export type Platform = keyof typeof PLATFORMS

export function platformOf(text: string | undefined): Platform {
  return text !== undefined && Object.hasOwn(PLATFORMS, text) ? (text as Platform) : 'html' // just looked up
}

/** How the tag gets into every page. In words `this` is code. */
export interface Install {
  readonly parts: readonly InstallPart[]
  readonly notes: readonly string[]
}

export interface InstallPart {
  readonly words: string
  readonly code: string
}

export function installOf(platform: Platform, site: TagSite, tagUrl: string): Install {
  const install = INSTALLS[platform]({ site, tagUrl, tag: tagOf(site, tagUrl) })
  return isAsking(site) ? { ...install, notes: [PENDING, ...install.notes] } : install
}

const PENDING =
  "This site waits for consent: nothing is stored or sent until your banner calls `pique('consent', 'granted')`. A banner that speaks Google’s consent mode needs no call."

interface Pasted {
  readonly site: TagSite
  readonly tagUrl: string
  readonly tag: string
}

const INSTALLS: Readonly<Record<Platform, (pasted: Pasted) => Install>> = {
  html: ({ tag, tagUrl }) => ({
    parts: [{ words: 'Into the `<head>` of the template that every page shares.', code: tag }],
    notes: [policyNote(tagUrl)],
  }),
  wordpress: ({ tag }) => ({
    parts: [
      {
        words:
          'With a plugin: install WPCode, open Code Snippets, Header & Footer, paste this into Header and save.',
        code: tag,
      },
      {
        words: 'Or without one: at the end of `functions.php` of your child theme.',
        code: `add_action( 'wp_head', function () {
  ?>
  ${tag}
  <?php
} );`,
      },
    ],
    notes: [
      'Both work with block themes, which have no `header.php`, and with WooCommerce: its products, carts and orders are seen without further code.',
      'Where a plugin delays or combines scripts (WP Rocket, LiteSpeed, Autoptimize), exclude `pique.js` from that, and empty its cache.',
    ],
  }),
  shopify: ({ tag }) => ({
    parts: [
      {
        words:
          'Online Store, Themes, the “…” menu of your theme, Edit code: open `layout/theme.liquid` and paste this right above `</head>`.',
        code: tag,
      },
    ],
    notes: [
      'Not as a custom pixel under Customer events: those run in a sandbox that can’t see the page.',
      'The checkout is Shopify’s own page without your theme, so it is seen up to the click on “Check out”.',
    ],
  }),
  gtm: ({ site, tagUrl }) => ({
    parts: [
      {
        words:
          'Tags, New, Custom HTML: paste this, choose the trigger “Initialization - All Pages”, save, and publish the container.',
        code: tagManagerCode(site, tagUrl),
      },
    ],
    notes: [
      'The key stands in the address, because Tag Manager drops `data-` attributes.',
      'To wait for a banner, open Consent Settings of the tag, choose “Require additional consent for tag to fire” and add `analytics_storage`.',
      policyNote(tagUrl),
      'Ad blockers often block Tag Manager itself; the tag straight in the page sees more visitors.',
    ],
  }),
  next: ({ site, tagUrl }) => {
    const lines = [...attributesOf(site, tagUrl), 'strategy="afterInteractive"']
    const script = (indent: string) =>
      ['<Script', ...lines.map((line) => `  ${line}`), '/>'].join(`\n${indent}`)
    return {
      parts: [
        {
          words: 'App router: in the root layout, `app/layout.tsx`.',
          code: `import Script from 'next/script'

export default function RootLayout({ children }: { children: React.ReactNode }) {
  return (
    <html lang="en">
      <body>
        {children}
        ${script('        ')}
      </body>
    </html>
  )
}`,
        },
        {
          words: 'Pages router: in `pages/_app.tsx`.',
          code: `import type { AppProps } from 'next/app'
import Script from 'next/script'

export default function App({ Component, pageProps }: AppProps) {
  return (
    <>
      <Component {...pageProps} />
      ${script('      ')}
    </>
  )
}`,
        },
      ],
      notes: ['Changes of the route are page views by themselves.', policyNote(tagUrl)],
    }
  },
  astro: ({ tag, tagUrl }) => ({
    parts: [
      {
        words:
          'Into the `<head>` of the layout that your pages share, such as `src/layouts/Layout.astro`.',
        code: tag.replace('<script ', '<script is:inline '),
      },
    ],
    notes: [
      '`is:inline` makes Astro leave the tag as it is. With `<ClientRouter />` changes of the page are counted too.',
      policyNote(tagUrl),
    ],
  }),
  module: ({ site, tagUrl }) => ({
    parts: [
      {
        words:
          'For any bundler: with the package `pique` among your dependencies, once, where your app starts in the browser.',
        code: `import { init } from 'pique/snippet'

init({ site: '${site.key}', host: '${new URL(tagUrl).origin}'${isAsking(site) ? `, consent: '${site.consent}'` : ''} })`,
      },
    ],
    notes: [
      'The module has types, and `track`, `identify`, `page`, `consent` and `reset` beside `init`.',
    ],
  }),
}

/** Tag Manager drops attributes of the scripts it writes, and not of one that a script makes. */
function tagManagerCode(site: TagSite, tagUrl: string): string {
  const address = hrefOf(tagUrl, { site: site.key })
  if (!isAsking(site)) return `<script src="${address}"></script>`
  return `<script>
  var tag = document.createElement('script')
  tag.src = '${address}'
  tag.setAttribute('data-consent', '${site.consent}')
  document.head.appendChild(tag)
</script>`
}

function policyNote(tagUrl: string): string {
  return `A Content-Security-Policy needs \`${new URL(tagUrl).origin}\` in \`script-src\` and in \`connect-src\`.`
}

/** What a page calls to say who somebody is; the first line keeps calls that come before the tag. */
export const IDENTIFY = `window.pique = window.pique || function () { (pique.q = pique.q || []).push(arguments) }

pique('identify', 'someone@example.com', { name: 'Ann Able', company: 'Able Ltd' })`

/** What a server signs with, so that nobody can say to be somebody else. */
export function signingCode(site: TagSite): string {
  return `import { createHmac } from 'node:crypto'

/** expires: epoch seconds, at most an hour ahead; a missing id or e-mail is empty. */
export function sign(secret, expires, userId, email) {
  const said = \`v1.\${expires}.${site.key}.\${userId}.\${email}\`
  return \`v1.\${expires}.\${createHmac('sha256', secret).update(said).digest('base64url')}\`
}`
}

export const SIGNED_IDENTIFY = `pique('identify', 'someone@example.com', { name: 'Ann Able' }, { signature })`

/** How a program asks for leads. */
export function curlOf(origin: string, siteId: string): string {
  return `curl -H "Authorization: Bearer $PIQUE_KEY" \\
  "${origin}/api/v1/leads?site=${siteId}&limit=10"`
}
