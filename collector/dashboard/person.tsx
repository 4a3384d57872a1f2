import { Bar, HeatBars, MaybeTime, Place, Stage, Time } from './marks.tsx'
import type { FitView, IdentityView, PersonView, TouchView } from './present-person.ts'
import type { TimelineView } from './present-timeline.ts'
import { Receipt } from './receipt.tsx'
import { Timeline } from './timeline.tsx'

/** One person, known or anonymous: who, how interested, and why. */

const BelongsTo = ({ lead }: { lead: { href: string; name: string } }) => (
  <p class="belongs">
    This browser belongs to <a href={lead.href}>{lead.name}</a>, whose page has the whole story.
  </p>
)

const Hero = ({ view }: { view: PersonView }) => (
  <header class="hero">
    <div class="hero-who">
      <h1>{view.name}</h1>
      <p class="sentence">{view.sentence}</p>
      <p class="hero-facts">
        <Stage words={view.stage} stage={view.stageKey} />
        <span>
          First seen <MaybeTime when={view.firstSeen} />
        </span>
        <span>
          Last seen <MaybeTime when={view.lastSeen} />
        </span>
      </p>
    </div>
    <div class="hero-score" data-heat={view.heat}>
      <p class="big">
        <span class="hush">Score </span>
        {view.whole}
        <span class="decimals">{view.decimals}</span>
      </p>
      <dl>
        <div>
          <dt>Grade</dt>
          <dd class="big-grade">{view.grade}</dd>
        </div>
        <div>
          <dt>Fit</dt>
          <dd>{view.fitWords}</dd>
        </div>
        <div>
          <dt>Engagement</dt>
          <dd>
            <HeatBars heat={view.heat} /> {view.heatWords}
          </dd>
        </div>
        {view.standing && (
          <div>
            <dt>Rank</dt>
            <dd>{view.standing}</dd>
          </div>
        )}
      </dl>
    </div>
  </header>
)

const Touch = ({ touch }: { touch: TouchView }) => (
  <div class="touch">
    <h3>{touch.label}</h3>
    <p class="touch-source">{touch.source}</p>
    <p class="hint">
      {touch.channel}, <Time when={touch.when} />
    </p>
    <dl>
      {touch.campaign && (
        <div>
          <dt>Campaign</dt>
          <dd>{touch.campaign}</dd>
        </div>
      )}
      {touch.landing && (
        <div>
          <dt>Landed on</dt>
          <dd>
            <Place place={touch.landing} />
          </dd>
        </div>
      )}
      {touch.referrer && (
        <div>
          <dt>Sent by</dt>
          <dd>
            <Place place={touch.referrer} />
          </dd>
        </div>
      )}
    </dl>
  </div>
)

const Fit = ({ fit }: { fit: FitView }) => (
  <section class="card fit" aria-labelledby="fit-title">
    <h2 id="fit-title">Fit</h2>
    <p class="fit-head">
      <span class="fit-letter">{fit.letter}</span>
      <span>
        <strong>{fit.words}</strong>
        <small>{fit.points}</small>
      </span>
    </p>
    <Bar share={fit.share} tone="fit" />
    <p class="hint">{fit.next}</p>
  </section>
)

const Identities = ({ identities }: { identities: readonly IdentityView[] }) => (
  <section class="card" aria-labelledby="identities-title">
    <h2 id="identities-title">How we know</h2>
    <table class="identities">
      <caption class="hush">The evidence for each browser</caption>
      <thead>
        <tr>
          <th scope="col">Browser</th>
          <th scope="col">Evidence</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {identities.map((identity) => (
          <tr>
            <th scope="row">
              <a href={identity.href}>{identity.browser}</a>
            </th>
            <td>
              {identity.evidence}
              <small>{identity.strength}</small>
            </td>
            <td>
              <Time when={identity.when} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
)

const Facts = ({ view }: { view: PersonView }) => (
  <section class="card" aria-labelledby="facts-title">
    <h2 id="facts-title">{view.factsTitle}</h2>
    <dl class="facts">
      {view.facts.map(({ name, value }) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  </section>
)

const Touches = ({ touches }: { touches: readonly TouchView[] }) => (
  <section class="card touches" aria-label="Where they came from">
    {touches.map((touch) => (
      <Touch touch={touch} />
    ))}
  </section>
)

export const Person = ({ view, timeline }: { view: PersonView; timeline: TimelineView }) => (
  <article class="person">
    <nav class="crumbs" aria-label="Back">
      <a href={view.back.href}>← {view.back.label}</a>
    </nav>
    {view.belongsTo && <BelongsTo lead={view.belongsTo} />}
    <Hero view={view} />
    <div class="person-columns">
      <Receipt receipt={view.receipt} />
      <aside aria-label="About this person">
        {view.touches.length > 0 && <Touches touches={view.touches} />}
        {view.fit && <Fit fit={view.fit} />}
        {view.identities.length > 0 && <Identities identities={view.identities} />}
        {view.facts.length > 0 && <Facts view={view} />}
      </aside>
      <Timeline timeline={timeline} />
    </div>
  </article>
)
