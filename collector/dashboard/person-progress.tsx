import { Bar, Day, Time } from './marks.tsx'
import type { ProspectView } from './present-prospect.ts'
import type { TrendView } from './present-trend.ts'

/** How far it is to an MQL, and how the score came to where it is. */

const Holds = ({ holds }: { holds: boolean }) => (
  <>
    <svg class="holds" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="6.5" />
      {holds && <path d="M5 8.2l2.1 2.1L11 6" />}
    </svg>
    <span class="hush">{holds ? 'Holds: ' : 'Missing: '}</span>
  </>
)

export const Prospect = ({ prospect }: { prospect: ProspectView }) => (
  <section class="card prospect" data-tone={prospect.tone} aria-labelledby="prospect-title">
    <h2 id="prospect-title">
      {prospect.title}
      {prospect.since && (
        <small>
          <Time when={prospect.since} />
        </small>
      )}
    </h2>
    <p class="prospect-head">{prospect.headline}</p>
    {prospect.share !== null && <Bar share={prospect.share} tone="fit" />}
    {prospect.note && <p class="hint">{prospect.note}</p>}
    {prospect.conditions.length > 0 && (
      <ul class="conditions">
        {prospect.conditions.map((one) => (
          <li data-holds={one.holds ? 'yes' : 'no'}>
            <Holds holds={one.holds} />
            <span>{one.words}</span>
            <span class="condition-detail">{one.detail}</span>
          </li>
        ))}
      </ul>
    )}
    {prospect.steps.length > 0 && (
      <>
        <h3>{prospect.stepsTitle}</h3>
        <ul class="gains">
          {prospect.steps.map((step) => (
            <li>
              <span>{step.words}</span>
              <span class="gain">{step.gain}</span>
            </li>
          ))}
        </ul>
      </>
    )}
  </section>
)

export const Teaching = ({ sentences }: { sentences: readonly string[] }) => (
  <section class="card" aria-labelledby="teaching-title">
    <h2 id="teaching-title">What would make it a lead</h2>
    {sentences.map((sentence) => (
      <p class="teaching">{sentence}</p>
    ))}
  </section>
)

const Drawing = ({ trend }: { trend: TrendView }) => (
  <svg
    class="trend-chart"
    viewBox={`0 0 ${trend.width} ${trend.height}`}
    role="img"
    aria-label={trend.summary}
  >
    <line class="trend-base" x1="0" x2={trend.width} y1={trend.baseY} y2={trend.baseY} />
    {trend.bar && (
      <>
        <line class="trend-bar" x1="0" x2={trend.width} y1={trend.bar.y} y2={trend.bar.y} />
        <text class="trend-bar-words" x="0" y={trend.bar.y - 5}>
          {trend.bar.words}
        </text>
      </>
    )}
    <path class="trend-area" d={trend.area} />
    <path class="trend-line" d={trend.line} />
    {trend.marks.map((mark) => (
      <g class={mark.isGood ? 'trend-mark' : 'trend-mark fell'}>
        <line x1={mark.x} x2={mark.x} y1={mark.y} y2={trend.baseY} />
        <circle cx={mark.x} cy={mark.y} r="4.5" />
      </g>
    ))}
    {trend.peak && (
      <text class="trend-words" x={trend.peak.x} y={trend.peak.y - 8} text-anchor="middle">
        {trend.peak.words}
      </text>
    )}
    <circle class="trend-last" cx={trend.last.x} cy={trend.last.y} r="4" />
    <text class="trend-words now" x={trend.width} y={trend.last.y - 10} text-anchor="end">
      {trend.last.words}
    </text>
    <text class="trend-axis" x="0" y={trend.height - 6}>
      {trend.from.words}
    </text>
    <text class="trend-axis" x={trend.width} y={trend.height - 6} text-anchor="end">
      {trend.to.words}
    </text>
  </svg>
)

export const Trend = ({ trend }: { trend: TrendView }) => (
  <section class="card trend" aria-labelledby="trend-title">
    <h2 id="trend-title">
      Trend <small>{trend.summary}</small>
    </h2>
    <Drawing trend={trend} />
    {trend.marks.length > 0 && (
      <ul class="trend-marks">
        {trend.marks.map((mark) => (
          <li class={mark.isGood ? '' : 'fell'}>
            <Day day={mark.day} /> {mark.words}
          </li>
        ))}
      </ul>
    )}
    <details class="as-table">
      <summary>As a table</summary>
      <table>
        <caption class="hush">The score at the end of each day</caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Score</th>
          </tr>
        </thead>
        <tbody>
          {trend.rows.map((row) => (
            <tr>
              <th scope="row">
                <Day day={row.day} />
              </th>
              <td>{row.points}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  </section>
)
