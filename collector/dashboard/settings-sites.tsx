import { MaybeTime } from './marks.tsx'
import { CONSENTS, type SiteRow } from './present-sites.ts'
import { type SettingsPanel, SureButton } from './settings.tsx'
import { TagBox } from './tag-box.tsx'

/** Sites: the list with a form for each, one to add another, and what was added. */

type Fields = Pick<SiteRow, 'name' | 'origins' | 'needsSignature'> & {
  readonly consent: SiteRow['consent'] | null
}

/** What a form that was refused had in it. */
export interface Typed {
  /** Of the site it was about; null for a new one. */
  readonly id: string | null
  readonly fields: Fields
}

const NEW_SITE: Fields = { name: '', origins: '', consent: 'granted', needsSignature: false }

const SiteForm = ({
  action,
  fields,
  id,
  word,
}: {
  action: string
  fields: Fields
  id: string
  word: string
}) => (
  <form class="settings-form site-form" method="post" action={action}>
    <label>
      <span>Name</span>
      <input type="text" name="name" maxlength={100} required value={fields.name} />
    </label>
    <label>
      <span>Addresses that may send, one a line; empty accepts any</span>
      <textarea name="origins" rows={2} placeholder="https://shop.example" spellcheck={false}>
        {fields.origins}
      </textarea>
    </label>
    <fieldset class="choices">
      <legend>The tag begins with consent</legend>
      {CONSENTS.map(({ value, label, means }) => (
        <div>
          <input
            type="radio"
            id={`${id}-${value}`}
            name="consent"
            value={value}
            checked={value === fields.consent}
            aria-describedby={`${id}-${value}-means`}
          />
          <label for={`${id}-${value}`}>{label}</label>
          <small id={`${id}-${value}-means`}>{means}</small>
        </div>
      ))}
    </fieldset>
    <fieldset class="choices">
      <legend>Who a visitor is</legend>
      <div>
        <input
          type="checkbox"
          id={`${id}-signature`}
          name="signature"
          value="yes"
          checked={fields.needsSignature}
          aria-describedby={`${id}-signature-means`}
        />
        <label for={`${id}-signature`}>Only with a signature</label>
        <small id={`${id}-signature-means`}>
          An <code>identify</code> from a page counts only where your server signed it.
        </small>
      </div>
    </fieldset>
    <button type="submit">{word}</button>
  </form>
)

const Site = ({ site, typed }: { site: SiteRow; typed: Fields | undefined }) => (
  <li class="settings-site">
    <div class="settings-row">
      <div class="settings-who">
        <strong>{site.name}</strong>
        <small>
          <code>{site.key}</code> · added <MaybeTime when={site.since} />
          {site.generated && ' · made-up data'}
        </small>
      </div>
      <p class="settings-facts">{site.facts}</p>
      <div class="settings-actions">
        <a class="button plain" href={site.connectHref} aria-label={`Its tag, of ${site.name}`}>
          Its tag
        </a>
        <SureButton
          action={`${site.path}/remove`}
          word="Remove"
          sure="Yes, remove"
          what={site.name}
          says={site.goes}
        />
      </div>
    </div>
    <details class="settings-more" open={typed !== undefined}>
      <summary aria-label={`Change ${site.name}`}>Change</summary>
      <SiteForm action={site.path} fields={typed ?? site} id={site.id} word="Save" />
    </details>
  </li>
)

export function sitesPanel(sites: readonly SiteRow[], typed?: Typed): SettingsPanel {
  const body = (
    <div class="settings-body">
      {sites.length === 0 && (
        <p class="hint">No site yet. Add one below, and paste its tag into your pages.</p>
      )}
      <ul class="settings-list">
        {sites.map((site) => (
          <Site site={site} typed={typed?.id === site.id ? typed.fields : undefined} />
        ))}
      </ul>
    </div>
  )
  return { id: 'sites', title: 'Sites', about: 'Each has its own tag, leads and visitors', body }
}

export function addSitePanel(typed?: Typed): SettingsPanel {
  const fields = typed?.id === null ? typed.fields : NEW_SITE
  const body = (
    <div class="settings-body">
      <SiteForm action="/settings/sites" fields={fields} id="new" word="Add the site" />
    </div>
  )
  return { id: 'add-site', title: 'Add a site', about: 'You get its tag and its secrets', body }
}

interface Added {
  readonly name: string
  readonly tag: string
  readonly writeKey: string
  readonly signingSecret: string
}

const Secret = ({ id, label, text }: { id: string; label: string; text: string }) => (
  <>
    <dt>{label}</dt>
    <dd class="notice-secret">
      <code id={id}>{text}</code>
      <button type="button" class="copy" data-copy={id} hidden>
        Copy
      </button>
    </dd>
  </>
)

export function addedSitePanel({ name, tag, writeKey, signingSecret }: Added): SettingsPanel {
  const body = (
    <div class="settings-body" role="status">
      <p>Paste this into every page of the site, anywhere in its head:</p>
      <TagBox tag={tag} />
      <p>
        <strong>The two secrets are shown only now.</strong> They belong on your server and never
        into a page. Without a server of your own you need neither.
      </p>
      <dl class="settings-secrets">
        <Secret id="write-key" label="Write key: your server sends events" text={writeKey} />
        <Secret
          id="signing-secret"
          label="Signing secret: your server vouches for who somebody is"
          text={signingSecret}
        />
      </dl>
    </div>
  )
  return { id: 'added', title: `${name} is added`, about: 'Keep this before you leave', body }
}
