import { Time } from './marks.tsx'
import { type DayView, FLOW_BOX } from './present-flow.ts'

/** The last day by hour, as bars and as a table. */

export const Day = ({ day }: { day: DayView }) => (
  <section class="panel" aria-labelledby="day-title">
    <div class="panel-head">
      <h2 id="day-title">{day.words}</h2>
      <p>In {day.span}, by the hour in which the visit began</p>
    </div>
    <div class="flow">
      {day.isQuiet ? (
        <p class="hint">No visit began. Open a page of your site, and it shows here at once.</p>
      ) : (
        <>
          <svg
            class="flow-bars"
            viewBox={`0 0 ${FLOW_BOX.width} ${FLOW_BOX.height}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={`Events by hour, at most ${day.most}`}
          >
            {day.bars.map(({ x, y, width, height }) => (
              <rect x={x} y={y} width={width} height={height} />
            ))}
          </svg>
          <p class="flow-axis" aria-hidden="true">
            <span>{day.hours.at(-1)?.when.words}</span>
            <span>at most {day.most} an hour</span>
            <span>now</span>
          </p>
          <p class="hint">{day.note}</p>
        </>
      )}
      <details>
        <summary>As a table</summary>
        <section class="scroll" tabindex={0} aria-label="Events by hour">
          <table class="plain-table">
            <thead>
              <tr>
                <th scope="col">Hour from</th>
                <th scope="col">Events</th>
                <th scope="col">Visits</th>
                <th scope="col">By people</th>
                <th scope="col">By bots</th>
              </tr>
            </thead>
            <tbody>
              {day.hours.map((hour) => (
                <tr>
                  <th scope="row">
                    <Time when={{ ...hour.when, words: hour.hour }} />
                  </th>
                  <td>{hour.events}</td>
                  <td>{hour.visits}</td>
                  <td>{hour.people}</td>
                  <td>{hour.bots}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </div>
  </section>
)
