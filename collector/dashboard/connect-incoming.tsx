import { Day } from './connect-day.tsx'
import { Time } from './marks.tsx'
import type { CountView, DayView, GroupView, RefusedView, WaitingView } from './present-flow.ts'
import { Said } from './said.tsx'
import { SureButton } from './settings.tsx'

/** What flows in: the last day, what was refused and why, what waits, and what was ignored. */

const Group = ({ group }: { group: GroupView }) => (
  <li data-code={group.code}>
    <p class="reason-head">
      <strong>{group.title}</strong>
      <span class="reason-count">{group.events}</span>
    </p>
    <p>
      <Said words={group.cure} />
    </p>
    <small>
      <code>{group.code}</code> · last <Time when={group.last} />
    </small>
  </li>
)

const RefusedEvent = ({ event }: { event: RefusedView }) => (
  <li class="refused-row" data-code={event.code}>
    <details>
      <summary>
        <strong>{event.title}</strong> <span>{event.about}</span> <Time when={event.when} />
      </summary>
      <p class="hint">
        <Said words={event.detail} />
      </p>
      <pre>
        <code>{event.sample}</code>
      </pre>
    </details>
  </li>
)

interface RefusedProps {
  readonly groups: readonly GroupView[]
  readonly countedOf: string
  readonly events: readonly RefusedView[]
  readonly startHref: string | null
  readonly nextHref: string | null
}

const Refused = ({ groups, countedOf, events, startHref, nextHref }: RefusedProps) => (
  <section class="panel" id="refused" aria-labelledby="refused-title">
    <div class="panel-head">
      <h2 id="refused-title">Refused events</h2>
      <p>{groups.length > 0 && `Counted among the newest ${countedOf}; kept for 30 days`}</p>
    </div>
    {events.length === 0 && groups.length === 0 ? (
      <p class="blank">
        <strong>Nothing was refused.</strong> An event that can’t be taken never costs its batch: it
        would stand here, with the reason and what to do.
      </p>
    ) : (
      <div class="flow">
        <ul class="reasons">
          {groups.map((group) => (
            <Group group={group} />
          ))}
        </ul>
        <ul class="refused" aria-label="Refused events, newest first">
          {events.map((event) => (
            <RefusedEvent event={event} />
          ))}
        </ul>
        <div class="pager">
          {startHref && <a href={startHref}>Newest</a>}
          {nextHref && (
            <a class="button" href={nextHref} rel="next">
              Older
            </a>
          )}
        </div>
      </div>
    )}
  </section>
)

export interface WaitingProps {
  readonly events: readonly WaitingView[]
  readonly hasMore: boolean
  /** Where the forms go, before the id. */
  readonly action: string
  readonly query: string
}

const Waiting = ({ events, hasMore, action, query }: WaitingProps) => (
  <section class="panel waiting" id="waiting" aria-labelledby="waiting-title">
    <div class="panel-head">
      <h2 id="waiting-title">Waiting for your word</h2>
      <p>{hasMore ? `The newest ${events.length}; there are more` : 'Deleted after 30 days'}</p>
    </div>
    {events.length === 0 ? (
      <p class="blank">
        <strong>Nothing waits.</strong> Events that could not be processed, or look made up, would
        stand here to be taken or deleted.
      </p>
    ) : (
      <ul class="settings-list">
        {events.map((event) => (
          <li class="settings-row" data-waiting={event.id}>
            <div class="settings-who">
              <strong>{event.reason}</strong>
              <small>
                <Time when={event.when} />
              </small>
            </div>
            <details>
              <summary>{event.about || 'The event'}</summary>
              <pre>
                <code>{event.event}</code>
              </pre>
            </details>
            <div class="settings-actions">
              <form method="post" action={`${action}/${event.id}/requeue${query}`}>
                <button type="submit" class="plain" aria-label={`Take ${event.id}`}>
                  Take it
                </button>
              </form>
              <SureButton
                action={`${action}/${event.id}/drop${query}`}
                word="Delete"
                sure="Yes, delete"
                what={event.id}
              />
            </div>
          </li>
        ))}
      </ul>
    )}
  </section>
)

const Counts = ({ counts }: { counts: readonly CountView[] }) => (
  <section class="panel" aria-labelledby="ignored-title">
    <div class="panel-head">
      <h2 id="ignored-title">Left out on purpose</h2>
      <p>Since the site was made</p>
    </div>
    {counts.length === 0 ? (
      <p class="blank">
        <strong>Nothing was left out.</strong> Floods and repeats would be counted here.
      </p>
    ) : (
      <ul class="reasons flow">
        {counts.map((count) => (
          <li>
            <p class="reason-head">
              <strong>{count.title}</strong>
              <span class="reason-count">{count.events}</span>
            </p>
            <p>
              <Said words={count.cure} />
            </p>
          </li>
        ))}
      </ul>
    )}
  </section>
)

interface IncomingProps {
  readonly day: DayView
  readonly refused: RefusedProps
  /** For owners; others are told how many. */
  readonly waiting: WaitingProps | null
  readonly counts: readonly CountView[]
}

export const IncomingTab = ({ day, refused, waiting, counts }: IncomingProps) => (
  <div class="incoming">
    <Day day={day} />
    {waiting && waiting.events.length > 0 && <Waiting {...waiting} />}
    <Refused {...refused} />
    {waiting?.events.length === 0 && <Waiting {...waiting} />}
    <Counts counts={counts} />
  </div>
)
