import { Time } from './marks.tsx'
import type { LinkView } from './present.ts'
import type { DeliveryView, WebhookView } from './present-webhooks.ts'
import { TagBox } from './tag-box.tsx'
import { ChangeForm } from './webhook-forms.tsx'
import { Head, HookActions, Panel, PlainForm, State } from './webhooks.tsx'

/** One webhook: how it stands, what it is told, how its messages are checked, and what it was sent. */

const Verify = ({ hook }: { hook: WebhookView }) => (
  <Panel id="verify" title="Check a message" about="That it is from here, and not an old one">
    <p class="hint">
      Your program answers 2xx within ten seconds, and remembers each <code>webhook-id</code>: a
      message may come twice, and is the same one. Any library for Standard Webhooks checks the
      signature.
    </p>
    {hook.verify.map(({ key, label, code }) => (
      <details class="settings-more">
        <summary>{label}</summary>
        <TagBox tag={code} id={`verify-${key}`} />
      </details>
    ))}
  </Panel>
)

const ReplayForm = ({ hook }: { hook: WebhookView }) => (
  <form class="settings-form hook-replay" method="post" action={`${hook.href}/replay`}>
    <label>
      <span>Given up from</span>
      <input type="date" name="since" />
    </label>
    <label>
      <span>To, that day included (UTC)</span>
      <input type="date" name="until" />
    </label>
    <button type="submit" class="plain">
      Send what was given up again
    </button>
  </form>
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
    <Panel id="change" title="What it is told" about="What is on its way goes as it was written">
      <ChangeForm change={hook.change} />
    </Panel>
    {hook.verify.length > 0 && <Verify hook={hook} />}
    <Panel id="deliveries" title="Deliveries" about="Newest first, kept for 30 days">
      <nav class="tabs" aria-label="Deliveries by state">
        {tabs.map(({ label, href, current }) => (
          <a href={href} aria-current={current ? 'page' : undefined}>
            {label}
          </a>
        ))}
      </nav>
      {hook.parked > 0 && <ReplayForm hook={hook} />}
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
