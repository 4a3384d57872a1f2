import type { Child } from 'hono/jsx'
import { Choices } from './connect.tsx'
import { Time } from './marks.tsx'
import type { ChoiceView } from './present-connect.ts'
import type { AddFormView, StateView, WebhookView } from './present-webhooks.ts'
import { SureButton } from './settings.tsx'
import { AddForm } from './webhook-forms.tsx'

/** Webhooks: where other systems are told of leads, and what each was told. */

export const State = ({ state }: { state: StateView }) => (
  <span class="stage" data-state={state.tone}>
    {state.words}
  </span>
)

export const Head = ({ hook, linked }: { hook: WebhookView; linked: boolean }) => (
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

export const PlainForm = ({
  action,
  word,
  what,
}: {
  action: string
  word: string
  what: string
}) => (
  <form method="post" action={action}>
    <button type="submit" class="plain" aria-label={`${word}: ${what}`}>
      {word}
    </button>
  </form>
)

export const HookActions = ({ hook }: { hook: WebhookView }) => (
  <div class="settings-actions">
    {hook.isOn && <PlainForm action={`${hook.href}/test`} word="Send a test" what={hook.host} />}
    <PlainForm
      action={`${hook.href}/${hook.isOn ? 'off' : 'on'}`}
      word={hook.isOn ? 'Switch off' : 'Switch on'}
      what={hook.host}
    />
    {hook.verify.length > 0 && (
      <SureButton
        action={`${hook.href}/rotate`}
        word="New secret"
        sure="Yes, make a new secret"
        what={`for ${hook.host}`}
      />
    )}
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

export const Panel = ({ id, title, about, children }: PanelProps) => (
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
          Nothing is told yet. A webhook tells your CRM, your team’s Slack, or any program of yours
          what happens to a lead at the moment it happens: add its address below.
        </p>
      )}
      <ul class="settings-list">
        {hooks.map((hook) => (
          <HookRow hook={hook} />
        ))}
      </ul>
    </Panel>
    <Panel id="add" title="Add one" about="Choose who reads it">
      <AddForm form={form} />
    </Panel>
  </div>
)

export const OwnersOnly = ({ what = 'Webhooks' }: { what?: string }) => (
  <div class="empty">
    <h1>{what} are for owners</h1>
    <p>
      They send what is known of leads to other systems. Ask an owner of this collector to add one.
    </p>
    <a class="button" href="/connect">
      Back to Connect
    </a>
  </div>
)

export const ReadersMayNot = ({ what }: { what: string }) => (
  <div class="empty">
    <h1>{what} is for those who may change things</h1>
    <p>Your role only reads. Ask an owner of this collector for another one.</p>
    <a class="button" href="/connect">
      Back to Connect
    </a>
  </div>
)
