import { Choices } from './connect.tsx'
import type { AddFormView, ChangeView, Ticked } from './present-webhooks.ts'

/** The forms that add a webhook and change what one is told. Each works without a script. */

const Events = ({ legend, events }: { legend: string; events: readonly Ticked[] }) => (
  <fieldset class="hook-events">
    <legend>{legend}</legend>
    {events.map(({ value, label, checked }) => (
      <label>
        <input type="checkbox" name={value} value="on" checked={checked} />
        <span>{label}</span>
      </label>
    ))}
  </fieldset>
)

/** Slack has a choice of its own, and any other behind a click. */
const Told = ({ isSlack, events }: { isSlack: boolean; events: readonly Ticked[] }) =>
  isSlack ? (
    <div class="hook-wide">
      <p class="hint">
        It is told when a lead becomes marketing- or sales-qualified, and when a score passes 60 or
        100.
      </p>
      <details class="settings-more" open={events.some(({ checked }) => checked)}>
        <summary>Choose something else</summary>
        <Events legend="Tell it only when" events={events} />
      </details>
    </div>
  ) : (
    <Events legend="Tell it when" events={events} />
  )

const Personal = ({ checked }: { checked: boolean }) => (
  <fieldset class="hook-events">
    <legend>What a message says</legend>
    <label>
      <input type="checkbox" name="personal" value="on" checked={checked} />
      <span>Also e-mail, name, traits and notes, and not only the lead’s id and score</span>
    </label>
  </fieldset>
)

const Text = ({ template }: { template: string }) => (
  <label class="hook-wide">
    <span>Text</span>
    <textarea name="template" rows={7} maxlength={4000} spellcheck={false} required>
      {template}
    </textarea>
  </label>
)

const TextHelp = ({ form }: { form: AddFormView }) => (
  <div class="hook-wide">
    <p class="hint">
      Begin with a text for{' '}
      {form.examples.map(({ label, href }, i) => (
        <>
          {i > 0 && ', '}
          <a href={href}>{label}</a>
        </>
      ))}
      . One that begins with {'{'} is sent as JSON, any other as plain text.
    </p>
    <details class="settings-more">
      <summary>All fields</summary>
      <dl class="hook-fields">
        {form.fields.map(({ name, says }) => (
          <>
            <dt>
              <code>{`{{${name}}}`}</code>
            </dt>
            <dd>{says}</dd>
          </>
        ))}
      </dl>
      <p class="hint">
        For a chat that reads mark-up and whose address does not tell, write{' '}
        <code>{'{{what|markdown}}'}</code> or <code>{'{{what|slack}}'}</code>: then nothing in a
        name is a link or a mention.
      </p>
    </details>
  </div>
)

const HINTS: Readonly<Record<AddFormView['format'], string>> = {
  standard:
    'Your program takes a signed POST of JSON. The secret that signs it is shown once, and code that checks it is on the webhook’s page.',
  slack:
    'In Slack, add “Incoming Webhooks” to a channel and paste the address it gives you. It is a secret: it is kept sealed, and never shown in full again.',
  template:
    'For Teams, Discord, Zapier and whatever else takes a text or JSON. The address is kept sealed, and never shown in full again.',
}

export const AddForm = ({ form }: { form: AddFormView }) => (
  <>
    <Choices choices={form.kinds} label="Who reads it" />
    <p class="hint">{HINTS[form.format]}</p>
    <form class="settings-form" method="post" action="/connect/webhooks/add">
      <input type="hidden" name="format" value={form.format} />
      <label class="hook-address">
        <span>Address</span>
        <input
          type="url"
          name="url"
          value={form.url}
          placeholder={form.placeholder}
          maxlength={2000}
          autocomplete="off"
          required
        />
      </label>
      <label>
        <span>Leads of</span>
        <select name="site">
          {form.sites.map(({ value, label }) => (
            <option value={value} selected={value === form.site}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {form.format === 'template' && <Text template={form.template} />}
      {form.format === 'template' && <TextHelp form={form} />}
      <Told isSlack={form.format === 'slack'} events={form.events} />
      <Personal checked={form.personal} />
      {form.linkHint && <p class="hint hook-wide">{form.linkHint}</p>}
      <div class="hook-buttons">
        <button type="submit">Add the webhook</button>
        {form.format !== 'standard' && (
          <button type="submit" class="plain" name="preview" value="on" formnovalidate>
            Show an example
          </button>
        )}
      </div>
    </form>
    {form.preview && (
      <section aria-labelledby="example-title">
        <h3 id="example-title">So it looks, of somebody made up</h3>
        <pre class="hook-preview">
          <code>{form.preview}</code>
        </pre>
      </section>
    )}
  </>
)

export const ChangeForm = ({ change }: { change: ChangeView }) => (
  <details class="settings-more">
    <summary>Change it</summary>
    <form class="settings-form" method="post" action={change.action}>
      {change.template !== null && <Text template={change.template} />}
      <Told isSlack={change.isSlack} events={change.events} />
      <Personal checked={change.personal} />
      <button type="submit">Save</button>
    </form>
  </details>
)
