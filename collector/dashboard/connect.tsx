import type { Child } from 'hono/jsx'
import { Check } from './check.tsx'
import { MaybeTime } from './marks.tsx'
import type { CheckView } from './present-check.ts'
import type { ChoiceView, GlanceView, ProxyView, TagView } from './present-connect.ts'
import type { ConnectView, SeenView } from './present-today.ts'
import { Said } from './said.tsx'
import { SureButton } from './settings.tsx'
import { TagBox } from './tag-box.tsx'

/** Connect: its frame, and the tag: where it goes, the first visitor, and whether a page works. */

export const Choices = ({ choices, label }: { choices: readonly ChoiceView[]; label: string }) => (
  <nav class="tabs" aria-label={label}>
    {choices.map((choice) => (
      <a href={choice.href} aria-current={choice.current ? 'true' : undefined}>
        {choice.label}
      </a>
    ))}
  </nav>
)

interface FrameProps {
  readonly siteName: string
  readonly tabs: readonly ChoiceView[]
  /** Null before anything came. */
  readonly glance: GlanceView | null
  readonly proxy: ProxyView
  readonly liveHref?: string
  readonly children: Child
}

export const ConnectFrame = ({ siteName, tabs, glance, proxy, liveHref, children }: FrameProps) => (
  <div class="connect" data-live={liveHref}>
    <div class="title">
      <h1>Connect {siteName}</h1>
      <Choices choices={tabs} label="Parts of Connect" />
    </div>
    {proxy.tone === 'problem' && (
      <p class="advice" data-part="proxy">
        {proxy.words}
      </p>
    )}
    {glance && <Glance glance={glance} proxy={proxy} />}
    {children}
  </div>
)

const PROXY_WORDS: Readonly<Record<ProxyView['tone'], string>> = {
  good: 'Set up right',
  note: 'None seen',
  problem: 'Needs care, see above',
}

const Glance = ({ glance, proxy }: { glance: GlanceView; proxy: ProxyView }) => (
  <dl class="glance" aria-label="How data flows">
    <div>
      <dt>Last visitor</dt>
      <dd>
        <MaybeTime when={glance.lastSeen} />
      </dd>
    </div>
    <div>
      <dt>In {glance.span}</dt>
      <dd>{glance.events}</dd>
    </div>
    <div>
      <dt>Refused</dt>
      <dd>
        <a href={glance.refusedHref}>{glance.refused}</a>
        {glance.waiting !== '' && <span class="glance-more"> · {glance.waiting}</span>}
      </dd>
    </div>
    <div title={proxy.words}>
      <dt>Proxy</dt>
      <dd data-tone={proxy.tone} data-part="proxy-state">
        {PROXY_WORDS[proxy.tone]}
        <span class="hush">. {proxy.words}</span>
      </dd>
    </div>
  </dl>
)

const Status = ({ status }: { status: SeenView }) => (
  <p class="seen" role="status" data-seen={status.seen ? 'yes' : 'no'}>
    <span class="pulse" aria-hidden="true" />
    <span data-part="words">{status.words}</span>
    <MaybeTime when={status.when ?? { iso: '', exact: '', words: '' }} part="seen" />
  </p>
)

/** Ids of the boxes to copy from: the first is the tag's. */
const boxId = (index: number) => (index === 0 ? 'tag' : `tag-${index + 1}`)

const Paste = ({ tag, origins }: { tag: TagView; origins: string }) => (
  <li>
    <h2>Paste this tag into every page</h2>
    <Choices choices={tag.choices} label="Kind of site" />
    {tag.install.parts.map(({ words, code }, index) => (
      <div class="install">
        <p>
          <Said words={words} />
        </p>
        <TagBox tag={code} id={boxId(index)} />
      </div>
    ))}
    <ul class="notes">
      <li>{origins}</li>
      {tag.install.notes.map((note) => (
        <li>
          <Said words={note} />
        </li>
      ))}
    </ul>
  </li>
)

const Identify = ({ tag }: { tag: TagView }) => (
  <details class="panel developers">
    <summary>For developers: say who somebody is, and prove it</summary>
    <div class="developers-body">
      <p>
        Forms tell Pique an e-mail by themselves. Where your page knows who is signed in, say so:
        with an e-mail or an id of yours, and what you know about the person.
      </p>
      <TagBox tag={tag.identify} id="identify" />
      <p>
        A page can be made to say anything. Signed on your server, it counts as proven, and a site
        can take nothing else. The signing secret was shown when the site was made.
      </p>
      <TagBox tag={tag.signing} id="signing" />
      <TagBox tag={tag.signedIdentify} id="signed-identify" />
    </div>
  </details>
)

const FromServer = ({ tag, newKey }: { tag: TagView; newKey: string | null }) => (
  <details class="panel developers">
    <summary>For developers: send events from your server</summary>
    <div class="developers-body">
      <p>
        Trials, orders and calls that no page sees count too, and a server’s word of who somebody is
        needs no signature. Libraries made for Segment work by changing their host; give them the
        site’s write key, and the visitor’s browser id as <code>anonymousId</code> where you know
        it.
      </p>
      <p>
        A write key is shown once, when a site is added. An owner gets a new one here or with{' '}
        <code>pique site new-write-key {tag.siteId}</code>; the one before is refused from then on.
      </p>
      {newKey !== null && (
        <SureButton
          action={newKey}
          word="New write key"
          sure="Yes, make a new one"
          what="of this site"
          says={[
            'Servers that use the key of before are refused at once, until they have the new one.',
          ]}
        />
      )}
      {tag.server.map(({ id, label, code }) => (
        <>
          <p>{label}</p>
          <TagBox tag={code} id={id} />
        </>
      ))}
    </div>
  </details>
)

interface TagTabProps {
  readonly view: ConnectView
  readonly tag: TagView
  /** The check that this page shows. */
  readonly check: CheckView | null
  /** This page, asked again; for those without scripts. */
  readonly againHref: string
  /** Asking a page is a change, which viewers make none of. */
  readonly mayCheck: boolean
  /** Where a new write key is made; null for whoever may not. */
  readonly newKey: string | null
  /** What an owner has to look at elsewhere. */
  readonly trouble: { readonly words: string; readonly href: string } | null
}

export const TagTab = ({ view, tag, check, againHref, mayCheck, newKey, trouble }: TagTabProps) => (
  <>
    {trouble && (
      <p class="advice" data-part="crm">
        {trouble.words} <a href={trouble.href}>See why</a>
      </p>
    )}
    <ol class="steps">
      <Paste tag={tag} origins={view.origins} />
      <li>
        <h2>Then open your site</h2>
        <Status status={view.status} />
        <p class="hint">
          Your own visit counts too. <a href={view.todayHref}>Today</a> shows it live.
        </p>
        <p class="status" role="status" data-part="status" />
      </li>
      {mayCheck && (
        <li id="check">
          <h2>Check a page</h2>
          <Check form={view.form} check={check} againHref={againHref} />
        </li>
      )}
    </ol>
    <Identify tag={tag} />
    <FromServer tag={tag} newKey={newKey} />
  </>
)

export const NoSite = () => (
  <div class="empty">
    <h1>No site yet</h1>
    <p>
      A site is a web property with a tag of its own. An owner adds one in Settings, or with{' '}
      <code>pique site add</code>.
    </p>
    <p>
      <a class="button" href="/settings/sites">
        Add a site
      </a>
    </p>
  </div>
)
