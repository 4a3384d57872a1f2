import { Check } from './check.tsx'
import { MaybeTime } from './marks.tsx'
import type { CheckView } from './present-check.ts'
import type { ConnectView, SeenView } from './present-today.ts'
import { TagBox } from './tag-box.tsx'

/** Connect: the tag, where it goes, the moment the first visitor is seen, and whether a page works. */

const Status = ({ status }: { status: SeenView }) => (
  <p class="seen" role="status" data-seen={status.seen ? 'yes' : 'no'}>
    <span class="pulse" aria-hidden="true" />
    <span data-part="words">{status.words}</span>
    <MaybeTime when={status.when ?? { iso: '', exact: '', words: '' }} part="seen" />
  </p>
)

const Places = ({ tagAddress }: { tagAddress: string }) => (
  <dl class="where">
    <dt>Your own HTML</dt>
    <dd>
      In the <code>&lt;head&gt;</code> of the template every page shares.
    </dd>
    <dt>WordPress, WooCommerce</dt>
    <dd>
      Appearance, then the theme's <code>header.php</code>, or any “header scripts” plugin.
    </dd>
    <dt>Shopify</dt>
    <dd>
      Online Store, Edit code, <code>theme.liquid</code>, above <code>&lt;/head&gt;</code>.
    </dd>
    <dt>Tag managers</dt>
    <dd>
      A custom HTML tag on all pages. If it strips <code>data-site</code>, load{' '}
      <code>{tagAddress}</code> instead.
    </dd>
  </dl>
)

const ProxyAdvice = ({ words }: { words: string | null }) =>
  words === null ? null : (
    <p class="advice" data-part="proxy">
      {words}
    </p>
  )

interface ConnectProps {
  readonly view: ConnectView
  /** The check that this page shows. */
  readonly check: CheckView | null
  /** This page, asked again; for those without scripts. */
  readonly againHref: string
  readonly liveHref: string
  /** What is wrong with a proxy in front; null where nothing is. */
  readonly proxy: string | null
}

export const Connect = ({ view, check, againHref, liveHref, proxy }: ConnectProps) => (
  <div class="connect" data-live={liveHref}>
    <div class="title">
      <h1>Connect {view.siteName}</h1>
    </div>
    <ProxyAdvice words={proxy} />
    <ol class="steps">
      <li>
        <h2>Paste this tag</h2>
        <TagBox tag={view.tag} />
        <p class="hint">{view.origins}</p>
      </li>
      <li>
        <h2>Into every page</h2>
        <Places tagAddress={view.tagAddress} />
      </li>
      <li>
        <h2>Then open your site</h2>
        <Status status={view.status} />
        <p class="hint">
          Your own visit counts too. <a href={view.todayHref}>Today</a> shows it live.
        </p>
        <p class="status" role="status" data-part="status" />
      </li>
      <li id="check">
        <h2>Check a page</h2>
        <Check form={view.form} check={check} againHref={againHref} />
      </li>
    </ol>
  </div>
)

export const NoSite = () => (
  <div class="empty">
    <h1>No site yet</h1>
    <p>
      A site is a web property with a tag of its own. <code>pique site add</code> makes one, and so
      does <code>POST /api/v1/sites</code>.
    </p>
  </div>
)
