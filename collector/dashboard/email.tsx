import { Choices } from './connect.tsx'
import { Time } from './marks.tsx'
import type { ChoiceView } from './present-connect.ts'
import type { IntakeRow, IntakesView, LinksView } from './present-email.ts'
import { SureButton } from './settings.tsx'
import { TagBox } from './tag-box.tsx'
import { Panel } from './webhooks.tsx'

/** E-mail: providers that tell what became of each, and links that know who clicked. */

const Intake = ({ row }: { row: IntakeRow }) => (
  <li class="settings-row">
    <div class="settings-who">
      <strong>{row.provider}</strong>
      {row.name !== '' && <small>{row.name}</small>}
    </div>
    <p class="settings-facts">
      {row.facts}
      <br />
      <small>
        added <Time when={row.since} />
      </small>
    </p>
    <div class="settings-actions">
      <SureButton
        action={row.removeAction}
        word="Remove"
        sure="Yes, remove it"
        what={row.provider}
        says={[
          'What is sent to its address is refused from then on; what it told before stays.',
          'There is no undo: added again, it has another address to paste.',
        ]}
      />
    </div>
  </li>
)

const AddIntake = ({ view }: { view: IntakesView }) => (
  <form
    class="settings-form link-form"
    method="post"
    action={view.action}
    aria-label="Add a provider"
  >
    <input type="hidden" name="provider" value={view.provider} />
    {view.secretLabel !== null && (
      <label>
        <span>{view.secretLabel}</span>
        <input type="password" name="secret" maxlength={1000} required autocomplete="off" />
      </label>
    )}
    <label>
      <span>Name</span>
      <input type="text" name="name" maxlength={100} placeholder={view.providerName} />
    </label>
    <button type="submit">Show me the address</button>
    <fieldset class="hook-events">
      <legend>People whom nobody here knows</legend>
      <label>
        <input type="checkbox" name="creates" value="on" />
        <span>become leads, and are not passed over</span>
      </label>
    </fieldset>
  </form>
)

const Intakes = ({ view }: { view: IntakesView }) => (
  <Panel id="intakes" title="What your e-mail provider tells" about="Replies count; opens never do">
    {view.rows.length === 0 && (
      <p class="hint">
        No provider tells anything yet. Opens and clicks then stand on a lead’s timeline, a reply
        counts, and whoever unsubscribes is marked.
      </p>
    )}
    {view.rows.length > 0 && (
      <>
        <ul class="settings-list">
          {view.rows.map((row) => (
            <Intake row={row} />
          ))}
        </ul>
        <p class="hint">
          What they tell stands on each lead’s timeline; what was refused, under{' '}
          <a href={view.incomingHref}>Incoming</a>.
        </p>
      </>
    )}
    <h3 id="add-title">Add a provider</h3>
    <Choices choices={view.choices} label="Provider" />
    <ol class="hook-steps">
      {view.steps.map((step) => (
        <li>{step}</li>
      ))}
    </ol>
    {view.command === null ? <AddIntake view={view} /> : <TagBox tag={view.command} id="intake" />}
  </Panel>
)

const Links = ({ view, isOwner }: { view: LinksView; isOwner: boolean }) => (
  <Panel id="links" title="Links that know who clicked" about="One person each">
    <p>
      The link is your own page’s address with one more parameter. Whoever follows it is known from
      then on, and the click counts once a person, and no scanner, is there.
    </p>
    <form
      class="settings-form link-form"
      method="post"
      action={view.action}
      aria-label="Make a link"
    >
      <label>
        <span>Page</span>
        <input
          type="url"
          name="page"
          maxlength={2000}
          required
          value={view.page}
          placeholder={view.placeholder}
        />
      </label>
      <label>
        <span>Whom the e-mail goes to</span>
        <input
          type="email"
          name="email"
          maxlength={320}
          required
          value={view.email}
          placeholder="ada@example.com"
        />
      </label>
      <label>
        <span>Campaign, if you like</span>
        <input type="text" name="campaign" maxlength={100} value={view.campaign} />
      </label>
      <button type="submit">Make the link</button>
    </form>
    <p class="hint">
      It works for {view.days} days; after that it still leads to the page. It names nobody to
      whoever reads it, but whoever is sent it counts as them: never post it in public.
    </p>
    <details class="settings-more">
      <summary>For a whole mailing, or by a program</summary>
      <p>On the command line:</p>
      <TagBox tag={view.command} id="link-command" />
      <p>By the API, up to 100 at a time:</p>
      <TagBox tag={view.curl} id="link-curl" />
    </details>
    {!isOwner && (
      <p class="hint">
        An owner can also have SendGrid, Postmark or Mailgun tell opens, clicks and replies.
      </p>
    )}
  </Panel>
)

interface EmailProps {
  readonly siteName: string
  readonly tabs: readonly ChoiceView[]
  /** Null for whoever is no owner. */
  readonly intakes: IntakesView | null
  readonly links: LinksView
}

export const Email = ({ siteName, tabs, intakes, links }: EmailProps) => (
  <div class="settings">
    <div class="title">
      <h1>E-mail of {siteName}</h1>
      <Choices choices={tabs} label="Parts of Connect" />
    </div>
    {intakes && <Intakes view={intakes} />}
    <Links view={links} isOwner={intakes !== null} />
  </div>
)
