import { LiveFeed } from './live.tsx'
import { Cooling, HandRaises, Heating } from './movers.tsx'
import type { AttentionView } from './present-attention.ts'
import type { TodayView } from './present-today.ts'
import { type Forms, Queue } from './queue.tsx'
import { TagBox } from './tag-box.tsx'

/** Today: who needs attention now. The queues stand still while somebody clicks; who is here is live. */

interface TodayProps {
  readonly view: TodayView
  readonly attention: AttentionView
  readonly forms: Forms | null
  /** That a webhook has taken nothing for long; null while all is well, and for whoever is no owner. */
  readonly alarm: string | null
  /** The tag to paste; null where there is no site to make one for. */
  readonly tag: string | null
  readonly connectHref: string
  readonly todayHref: string
  readonly liveHref: string
}

const Teach = ({ tag, connectHref }: { tag: string | null; connectHref: string }) => (
  <section class="teach" data-teach aria-labelledby="teach-title">
    <h2 id="teach-title">Paste this tag, then this page fills</h2>
    {tag ? (
      <TagBox tag={tag} />
    ) : (
      <p>
        There is no site yet. An owner <a href="/settings/sites">adds one in Settings</a>, or with{' '}
        <code>pique site add</code>, and gets its tag.
      </p>
    )}
    <p>
      It goes into the <code>&lt;head&gt;</code> of every page. The first visitor shows up here
      within seconds. <a href={connectHref}>Where exactly?</a>
    </p>
  </section>
)

export const Today = (props: TodayProps) => (
  <div class="today" data-live={props.liveHref}>
    <div class="title">
      <h1>Today</h1>
      <p class="today-summary">
        <strong>{props.attention.summary}</strong>
        <span data-part="here">{props.view.here}</span>
      </p>
      <p class="status" role="status" data-part="status" />
    </div>
    {props.alarm && (
      <p class="notice" data-tone="problem" role="alert">
        <span>
          {props.alarm} <a href="/connect/webhooks">See what is wrong</a>
        </span>
      </p>
    )}
    {props.view.untouched && <Teach tag={props.tag} connectHref={props.connectHref} />}
    <div class="columns today-columns">
      <Queue view={props.attention} forms={props.forms} here={props.todayHref} />
      <div class="today-side">
        <HandRaises view={props.attention} />
        <Heating view={props.attention} />
        <Cooling view={props.attention} />
      </div>
      <LiveFeed view={props.view} />
    </div>
  </div>
)
