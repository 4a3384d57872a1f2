import type { Child } from 'hono/jsx'
import { Choices } from './connect.tsx'
import { Time } from './marks.tsx'
import type { LinkView } from './present.ts'
import type { ChoiceView } from './present-connect.ts'
import type { Choice } from './present-settings.ts'
import type { DeliveryView, StateView, WebhookView } from './present-webhooks.ts'
import { SureButton } from './settings.tsx'

/** Webhooks: where other systems are told of leads, and what each was told. */

const State = ({ state }: { state: StateView }) => (
  <span class="stage" data-state={state.tone}>
    {state.words}
  </span>
)

const Head = ({ hook, linked }: { hook: WebhookView; linked: boolean }) => (
  <div class="settings-who">
    <strong>
      {linked && <a href={hook.href}>{hook.host}</a>}
      <small> {hook.path}</small>
    </strong>
    <State state={hook.state} />{' '}
    {hook.failingSince && (
      <small>
        first failed <Time when={hook.failingSince} />
      </small>
    )}
  </div>
)

const PlainForm = ({ action, word, what }: { action: string; word: string; what: string }) => (
  <form method="post" action={action}>
    <button type="submit" class="plain" aria-label={`${word}: ${what}`}>
      {word}
    </button>
  </form>
)

const HookActions = ({ hook }: { hook: WebhookView }) => (
  <div class="settings-actions">
    {hook.isOn && <PlainForm action={`${hook.href}/test`} word="Send a test" what={hook.host} />}
    <PlainForm
      action={`${hook.href}/${hook.isOn ? 'off' : 'on'}`}
      word={hook.isOn ? 'Switch off' : 'Switch on'}
      what={hook.host}
    />
    <SureButton
      action={`${hook.href}/rotate`}
      word="New secret"
      sure="Yes, make a new secret"
      what={`for ${hook.host}`}
    />
    <SureButton
      action={`${hook.href}/remove`}
      word="Remove"
      sure="Yes, remove it and its messages"
      what={hook.host}
    />
  </div>
)

const HookRow = ({ hook }: { hook: WebhookView }) => (
  <li class="settings-row">
    <Head hook={hook} linked={true} />
    <p class="settings-facts">
      {hook.facts}
      {hook.queue && (
        <>
          <br />
          <strong>{hook.queue}</strong>
        </>
      )}
    </p>
    <div class="settings-actions">
      <a class="button" href={hook.href} aria-label={`Deliveries to ${hook.host}`}>
        Deliveries
      </a>
    </div>
  </li>
)

const Panel = ({ id, title, about, children }: PanelProps) => (
  <section class="panel settings-panel" aria-labelledby={`${id}-title`}>
    <div class="panel-head">
      <h2 id={`${id}-title`}>{title}</h2>
      <p>{about}</p>
    </div>
    <div class="settings-body">{children}</div>
  </section>
)

interface PanelProps {
  readonly id: string
  readonly title: string
  readonly about: string
  readonly children: Child
}

const AddForm = ({ form }: { form: AddFormView }) => (
  <form class="settings-form" method="post" action="/connect/webhooks/add">
    <label class="hook-address">
      <span>Address</span>
      <input
        type="url"
        name="url"
        value={form.url}
        placeholder="https://crm.example.com/hooks/pique"
        maxlength={2000}
        required
      />
    </label>
    <label>
      <span>Leads of</span>
      <select name="site">
        {form.sites.map(({ value, label }) => (
          <option value={value}>{label}</option>
        ))}
      </select>
    </label>
    <fieldset class="hook-events">
      <legend>Tell it when</legend>
      {form.events.map(({ value, label }) => (
        <label>
          <input type="checkbox" name={value} value="on" checked />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
    <fieldset class="hook-events">
      <legend>What a message says</legend>
      <label>
        <input type="checkbox" name="personal" value="on" />
        <span>Also e-mail, name, traits and notes, and not only the lead’s id and score</span>
      </label>
    </fieldset>
    <button type="submit">Add the webhook</button>
  </form>
)

export interface AddFormView {
  readonly url: string
  readonly events: readonly Choice[]
  readonly sites: readonly Choice[]
}

interface WebhooksProps {
  readonly hooks: readonly WebhookView[]
  readonly form: AddFormView
  readonly tabs: readonly ChoiceView[]
}

export const Webhooks = ({ hooks, form, tabs }: WebhooksProps) => (
  <div class="settings">
    <div class="title">
      <h1>Webhooks</h1>
      <Choices choices={tabs} label="Parts of Connect" />
    </div>
    <Panel id="hooks" title="Where it goes" about="Signed, in order, tried for three days">
      {hooks.length === 0 && (
        <p class="hint">
          Nothing is told yet. A webhook sends your CRM, or any program of yours, what happens to a
          lead at the moment it happens: add its address below.
        </p>
      )}
      <ul class="settings-list">
        {hooks.map((hook) => (
          <HookRow hook={hook} />
        ))}
      </ul>
    </Panel>
    <Panel id="add" title="Add one" about="Its secret is shown once">
      <AddForm form={form} />
      <ol class="hook-steps">
        <li>Your program takes a POST and answers 2xx within ten seconds.</li>
        <li>
          It checks the signature with any Standard Webhooks library and the secret you are shown.
        </li>
        <li>
          It remembers each <code>webhook-id</code>: a message may come twice, and is the same one.
        </li>
      </ol>
    </Panel>
  </div>
)

const DeliveryRow = ({ delivery }: { delivery: DeliveryView }) => (
  <li class="settings-row">
    <div class="settings-who">
      <strong>{delivery.what}</strong>
      <small>
        {delivery.leadHref && <a href={delivery.leadHref}>{delivery.lead}</a>}{' '}
        <Time when={delivery.when} />
      </small>
    </div>
    <p class="settings-facts">
      <State state={delivery.state} /> {delivery.facts}
    </p>
    <div class="settings-actions">
      {delivery.replay && (
        <PlainForm
          action={delivery.replay.action}
          word={delivery.replay.label}
          what={`${delivery.what} ${delivery.lead}`}
        />
      )}
    </div>
  </li>
)

interface WebhookProps {
  readonly hook: WebhookView
  readonly tabs: readonly LinkView[]
  readonly deliveries: readonly DeliveryView[]
  readonly older: string | null
}

export const Webhook = ({ hook, tabs, deliveries, older }: WebhookProps) => (
  <div class="settings">
    <nav class="crumbs" aria-label="Back">
      <a href="/connect/webhooks">Webhooks</a>
    </nav>
    <div class="title">
      <h1>{hook.host}</h1>
    </div>
    <section class="panel settings-panel" aria-label="The webhook">
      <div class="settings-body">
        <div class="settings-row">
          <Head hook={hook} linked={false} />
          <p class="settings-facts">{hook.facts}</p>
          <HookActions hook={hook} />
        </div>
      </div>
    </section>
    <Panel id="deliveries" title="Deliveries" about="Newest first, kept for 30 days">
      <nav class="tabs" aria-label="Deliveries by state">
        {tabs.map(({ label, href, current }) => (
          <a href={href} aria-current={current ? 'page' : undefined}>
            {label}
          </a>
        ))}
      </nav>
      {hook.parked > 0 && (
        <PlainForm
          action={`${hook.href}/replay`}
          word="Send all that was given up again"
          what={hook.host}
        />
      )}
      {deliveries.length === 0 && (
        <p class="hint">Nothing here. A test message shows at once whether the address works.</p>
      )}
      <ul class="settings-list hook-list">
        {deliveries.map((delivery) => (
          <DeliveryRow delivery={delivery} />
        ))}
      </ul>
      {older && (
        <nav class="pager" aria-label="Pages of deliveries">
          <a class="button" href={older}>
            Older
          </a>
        </nav>
      )}
    </Panel>
  </div>
)

export const OwnersOnly = () => (
  <div class="empty">
    <h1>Webhooks are for owners</h1>
    <p>
      They send what is known of leads to other systems. Ask an owner of this collector to add one.
    </p>
    <a class="button" href="/connect">
      Back to Connect
    </a>
  </div>
)
