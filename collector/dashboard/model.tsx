import type { Child } from 'hono/jsx'
import { Bar, Time } from './marks.tsx'
import {
  type ChosenView,
  CURVE,
  type CurveView,
  type MatchView,
  type ModelView,
  type RuleView,
  SPARK,
} from './present-rules.ts'

/** The model that scores: each rule, what it counts and what it matched lately. */

export interface ModelFrame {
  readonly at: 'rules' | 'history'
  readonly mayEdit: boolean
  readonly about: string
  readonly counting: string | null
}

const HREFS = [
  { at: 'rules', href: '/model', label: 'Rules' },
  { at: 'history', href: '/model/history', label: 'History' },
] as const

/** What stands above every page of the model. */
const ModelHead = ({ frame }: { frame: ModelFrame }) => (
  <>
    <div class="title">
      <h1>Model</h1>
      <nav class="tabs" aria-label="Model">
        {HREFS.map(({ at, href, label }) => (
          <a href={href} aria-current={at === frame.at ? 'page' : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <p class="hint">{frame.about}</p>
      {frame.mayEdit && (
        <a class="button primary" href="/model/edit">
          Edit the model
        </a>
      )}
    </div>
    {frame.counting && <p class="advice">{frame.counting}</p>}
  </>
)

const Spark = ({ rule }: { rule: RuleView }) =>
  rule.spark && (
    <svg
      class="spark"
      viewBox={`0 0 ${SPARK.width} ${SPARK.height}`}
      role="img"
      aria-label={rule.monthTitle}
    >
      <path class="spark-area" d={rule.spark.area} />
      <path class="spark-line" d={rule.spark.line} />
    </svg>
  )

const Match = ({ match }: { match: MatchView }) => (
  <>
    <a href={match.href}>{match.who}</a>
    <small>
      <Time when={match.when} />
      {match.page && ` on ${match.page}`}
    </small>
  </>
)

const Lately = ({ rule }: { rule: RuleView }) =>
  rule.warning ? (
    <p class="rule-silent">{rule.warning}</p>
  ) : (
    <div class="rule-lately">
      <dl>
        <div>
          <dt>7 days</dt>
          <dd>{rule.week}</dd>
        </div>
        <div>
          <dt>30 days</dt>
          <dd>{rule.month}</dd>
        </div>
      </dl>
      <Spark rule={rule} />
    </div>
  )

const Row = ({ rule }: { rule: RuleView }) => (
  <tr aria-current={rule.isChosen ? 'true' : undefined}>
    <th scope="row" class="rule-what">
      <a href={rule.href} data-row>
        {rule.label}
      </a>
      <small>{rule.counts}</small>
    </th>
    <td class="rule-points">
      <strong>{rule.points}</strong>
      <small>{rule.how}</small>
      {rule.isRaise && <span class="stage">qualifies at once</span>}
    </td>
    <td class="rule-when">
      <Lately rule={rule} />
    </td>
    <td class="rule-newest">{rule.newest[0] && <Match match={rule.newest[0]} />}</td>
    <td class="rule-share">
      <span>{rule.shareWords}</span>
      <Bar share={rule.share} tone={rule.tone} />
      <small>{rule.given}</small>
    </td>
  </tr>
)

const Rules = ({ rules }: { rules: readonly RuleView[] }) => (
  <table class="list rules">
    <caption class="hush">Rules, what they count and what they matched lately</caption>
    <thead>
      <tr>
        <th scope="col">Rule</th>
        <th scope="col">Points</th>
        <th scope="col">Matched lately</th>
        <th scope="col">Newest match</th>
        <th scope="col">Share of all points</th>
      </tr>
    </thead>
    <tbody>
      {rules.map((rule) => (
        <Row rule={rule} />
      ))}
    </tbody>
  </table>
)

const Curve = ({ curve }: { curve: CurveView }) => (
  <figure class="curve">
    <figcaption>{curve.title}</figcaption>
    <svg viewBox={`0 0 ${CURVE.width} ${CURVE.height}`} aria-hidden="true">
      <path class="spark-area" d={curve.shape.area} />
      <path class="spark-line" d={curve.shape.line} />
    </svg>
    <p class="curve-ends" aria-hidden="true">
      <span>{curve.from}</span>
      <span>{curve.to}</span>
    </p>
    <details>
      <summary>As a table</summary>
      <table>
        <thead>
          <tr>
            {curve.columns.map((column) => (
              <th scope="col">{column}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {curve.rows.map(([name, points]) => (
            <tr>
              <th scope="row">{name}</th>
              <td>{points}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  </figure>
)

const Chosen = ({ chosen }: { chosen: ChosenView }) => (
  <section class="card chosen" id="chosen" aria-labelledby="chosen-title">
    <div class="chosen-words">
      <h2 id="chosen-title">How “{chosen.label}” counts</h2>
      <p>{chosen.explained.join(' ')}</p>
      {chosen.newest.length > 0 && (
        <ul class="chosen-newest" aria-label="Newest matches">
          {chosen.newest.map((match) => (
            <li>
              <Match match={match} />
            </li>
          ))}
        </ul>
      )}
    </div>
    {chosen.curves.map((curve) => (
      <Curve curve={curve} />
    ))}
  </section>
)

export const Model = ({ view, frame }: { view: ModelView; frame: ModelFrame }) => (
  <div class="model">
    <ModelHead frame={frame} />
    <p class="model-lead">
      {view.summary}
      {view.silent && <strong> {view.silent}.</strong>}
    </p>
    {view.chosen && <Chosen chosen={view.chosen} />}
    <Rules rules={view.rules} />
  </div>
)

export const Page = ({ frame, children }: { frame: ModelFrame; children: Child }) => (
  <div class="model">
    <ModelHead frame={frame} />
    {children}
  </div>
)
