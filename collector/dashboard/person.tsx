import { HeatBars, MaybeTime, Stage } from './marks.tsx'
import { Adjustments, Privacy, Sales } from './person-actions.tsx'
import { Facts, Fit, Touches } from './person-cards.tsx'
import { Decisions, Identities } from './person-links.tsx'
import { Prospect, Teaching, Trend } from './person-progress.tsx'
import type { PersonView } from './present-person.ts'
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
      <p class="hero-links">
        {view.links.mailto && (
          <a class="button" href={view.links.mailto}>
            Write an e-mail
          </a>
        )}
        <button type="button" class="button" data-copy-link={view.links.self} hidden>
          Copy link
        </button>
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

export const Person = ({ view, timeline }: { view: PersonView; timeline: TimelineView }) => (
  <article class="person">
    <nav class="crumbs" aria-label="Back">
      <a href={view.back.href}>← {view.back.label}</a>
    </nav>
    {view.belongsTo && <BelongsTo lead={view.belongsTo} />}
    <Hero view={view} />
    <div class="person-columns">
      <div class="person-main">
        <Receipt receipt={view.receipt} />
        <Timeline timeline={timeline} />
      </div>
      <aside class="person-side" aria-label="About this person">
        {view.prospect && <Prospect prospect={view.prospect} />}
        {view.teaching.length > 0 && <Teaching sentences={view.teaching} />}
        {view.trend && <Trend trend={view.trend} />}
        {view.sales && <Sales sales={view.sales} />}
        {view.fit && <Fit fit={view.fit} />}
        {view.touches.length > 0 && <Touches touches={view.touches} />}
        {view.identities.length + view.conflicts.length > 0 && <Identities view={view} />}
        {view.facts.length > 0 && <Facts view={view} />}
        {view.decisions.length > 0 && <Decisions decisions={view.decisions} />}
        {view.adjustments && <Adjustments adjustments={view.adjustments} />}
        {view.privacy && <Privacy privacy={view.privacy} name={view.name} />}
      </aside>
    </div>
  </article>
)
