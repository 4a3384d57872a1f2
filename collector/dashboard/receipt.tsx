import { Bar, Time } from './marks.tsx'
import type { ReceiptLine, ReceiptView } from './present-receipt.ts'

/**
 * The receipt. Every line, and nothing else on a page, carries `data-milli`; the total carries
 * `data-score-milli`. Both are relied on from outside.
 */

const Line = ({ line }: { line: ReceiptLine }) => (
  <tr class={`line line-${line.kind}`} data-milli={line.milli}>
    <th scope="row">
      <span class="line-label">{line.label}</span>
      <small>
        {line.detail && <span>{line.detail}</span>}
        {line.last && (
          <span class="line-last">
            last <Time when={line.last} />
          </span>
        )}
      </small>
    </th>
    <td class="line-bar">
      <Bar share={line.share} tone={line.tone} />
    </td>
    <td class={`line-points ${line.tone}`}>{line.points}</td>
  </tr>
)

export const Receipt = ({ receipt }: { receipt: ReceiptView }) => (
  <section class="receipt" aria-labelledby="receipt-title">
    <h2 id="receipt-title">Why this score</h2>
    <table>
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
          <Line line={line} />
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
