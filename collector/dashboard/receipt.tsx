import { Bar, Day, Time } from './marks.tsx'
import type { ReceiptLine, ReceiptView } from './present-receipt.ts'
import type { RuleView } from './present-rule.ts'

/**
 * The receipt. Every line, and nothing else on a page, carries `data-milli`; the total carries
 * `data-score-milli`. Both are relied on from outside. A rule's line opens to its days.
 */

const Line = ({ line }: { line: ReceiptLine }) => (
  <tr class={`line line-${line.kind}`} data-milli={line.milli}>
    <th scope="row">
      <span class="line-label">{line.label}</span>
      {line.until && (
        <small>
          takes nothing from <Day day={line.until} />
        </small>
      )}
      {!line.rule && !line.until && (
        <small>
          {line.detail && <span>{line.detail}</span>}
          {line.last && (
            <span class="line-last">
              last <Time when={line.last} />
            </span>
          )}
        </small>
      )}
    </th>
    <td class="line-bar">
      <Bar share={line.share} tone={line.tone} />
    </td>
    <td class={`line-points ${line.tone}`}>{line.points}</td>
  </tr>
)

const Behind = ({ line, rule }: { line: ReceiptLine; rule: RuleView }) => (
  <tr class="behind">
    <td colspan={3}>
      <details>
        <summary>
          <span>{rule.measure}</span>
          {line.last && (
            <span>
              last <Time when={line.last} />
            </span>
          )}
          <span class="halves">
            halves by <Day day={rule.halves} />
          </span>
        </summary>
        <table class="days">
          <caption>
            {rule.earned && <strong>{rule.earned}. </strong>}
            {rule.how.join(' ')}
          </caption>
          <thead class="hush">
            <tr>
              <th scope="col">Day</th>
              <th scope="col">What happened</th>
              <th scope="col">Points when earned × what is left of them</th>
              <th scope="col">Points</th>
            </tr>
          </thead>
          <tbody>
            {rule.days.map((day) => (
              <tr>
                <th scope="row">
                  <Day day={day.day} />
                </th>
                <td>{day.measure}</td>
                <td class="day-sum">{day.sum}</td>
                <td class="day-points">{day.points}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </td>
  </tr>
)

export const Receipt = ({ receipt }: { receipt: ReceiptView }) => (
  <section class="receipt" aria-labelledby="receipt-title">
    <h2 id="receipt-title">Why this score</h2>
    <table class="lines">
      <caption class="hush">Every reason, and the points it gives</caption>
      <thead class="hush">
        <tr>
          <th scope="col">Reason</th>
          <th scope="col">Share</th>
          <th scope="col">Points</th>
        </tr>
      </thead>
      <tbody>
        {receipt.lines.map((line) => (
          <>
            <Line line={line} />
            {line.rule && <Behind line={line} rule={line.rule} />}
          </>
        ))}
        {receipt.lines.length === 0 && (
          <tr class="line">
            <td colspan={3}>Nothing has scored yet.</td>
          </tr>
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colspan={2}>
            Score
          </th>
          <td class="line-points" data-score-milli={receipt.totalMilli}>
            {receipt.total}
          </td>
        </tr>
      </tfoot>
    </table>
    <p class="receipt-foot">
      <span>
        As of <time datetime={receipt.asOf.iso}>{receipt.asOf.exact}</time>
      </span>
      <span>{receipt.model}</span>
    </p>
  </section>
)
