import { Icon, Place, Time } from './marks.tsx'
import type { MomentView } from './present-moments.ts'
import type { EventView, SessionView, TimelineView } from './present-timeline.ts'

/** What a person did: one disclosure a visit, the newest first and open. */

const Entry = ({ event }: { event: EventView }) => (
  <li class={event.moment ? `event moment-${event.moment}` : `event event-${event.icon}`}>
    <time class="offset" datetime={event.when.iso} title={event.when.exact}>
      {event.offset}
    </time>
    <Icon icon={event.icon} />
    <span class="event-what">
      <span class="event-name">{event.name}</span>{' '}
      {event.detail && <span class="event-detail">· {event.detail}</span>}{' '}
      {event.place && <Place place={event.place} />}
      {event.mark && <span class="mark">{event.mark}</span>}
    </span>
    <span class="event-rules">{event.rules}</span>
    <span class={`event-points ${event.tone}`}>{event.points}</span>
  </li>
)

const Rest = ({ session }: { session: SessionView }) => (
  <details class="rest">
    <summary>{session.restWords}</summary>
    <ol class="events">
      {session.rest.map((event) => (
        <Entry event={event} />
      ))}
    </ol>
  </details>
)

/** Stands for a closed visit, so it says when, from where, on what, how long, and what mattered. */
const Heading = ({ session }: { session: SessionView }) => (
  <summary>
    <span class="session-head">
      <h3>
        <Time when={session.when} />
      </h3>
      <span class="session-length">{session.duration}</span>
      <span class="session-gist">{session.gist}</span>
      {session.marks.map((mark) => (
        <span class="mark">{mark}</span>
      ))}
    </span>
    <span class="session-facts">
      <span class="session-source">{session.source}</span>
      {session.campaign && <span>{session.campaign}</span>}
      <span>{session.device}</span>
      <span class="proof">{session.proofWords}</span>
    </span>
    <span
      class={`session-points ${session.tone}`}
      title="Points earned in this visit, before decay and caps"
    >
      {session.points}
    </span>
  </summary>
)

/** Between two visits. */
const Moment = ({ moment }: { moment: MomentView }) => (
  <li class={`moment moment-${moment.tone}`}>
    <strong>{moment.words}</strong> <span class="moment-detail">{moment.detail}</span>{' '}
    <Time when={moment.when} />
  </li>
)

const Session = ({ session }: { session: SessionView }) => (
  <li class="session" data-proof={session.proof}>
    <details open={session.open}>
      <Heading session={session} />
      <ol class="events">
        {session.events.map((event) => (
          <Entry event={event} />
        ))}
        {session.events.length === 0 && (
          <li class="event-none">Nothing but the arrival was seen.</li>
        )}
      </ol>
      {session.rest.length > 0 && <Rest session={session} />}
    </details>
  </li>
)

export const Timeline = ({ timeline }: { timeline: TimelineView }) => (
  <section class="timeline" id="timeline" aria-labelledby="timeline-title">
    <div class="panel-head">
      <h2 id="timeline-title">Visits</h2>
      <p class="hint">Points as they were earned, before decay and caps</p>
    </div>
    {timeline.sessions.length > 0 ? (
      <ol class="sessions">
        {timeline.sessions.map((session) => (
          <>
            {session.above.map((moment) => (
              <Moment moment={moment} />
            ))}
            <Session session={session} />
          </>
        ))}
        {timeline.below.map((moment) => (
          <Moment moment={moment} />
        ))}
      </ol>
    ) : (
      <p class="blank">{timeline.empty}</p>
    )}
    <nav class="pager" aria-label="Pages of visits">
      {timeline.newestHref && <a href={timeline.newestHref}>Newest visits</a>}
      {timeline.olderHref && (
        <a class="button" href={timeline.olderHref} rel="next">
          Older visits
        </a>
      )}
    </nav>
  </section>
)
