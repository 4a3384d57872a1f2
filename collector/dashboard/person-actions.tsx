import { Time } from './marks.tsx'
import type { PrivacyView } from './present-person.ts'
import type { AdjustmentsView, SaidView, SalesView } from './present-sales.ts'

/** What people do here: say what sales made of the lead, give points by hand, hand out and forget. */

const Said = ({ one, back }: { one: SaidView; back?: string }) => (
  <li>
    <p>
      <strong>{one.words}</strong> <Time when={one.when} />
    </p>
    <p class="said-detail">{one.detail}</p>
    <form method="post" action={one.undo}>
      {back && <input type="hidden" name="back" value={back} />}
      <button type="submit" class="link" aria-label={`Take back: ${one.words}`}>
        Take back
      </button>
    </form>
  </li>
)

export const Sales = ({ sales }: { sales: SalesView }) => (
  <section class="card" id="sales" aria-labelledby="sales-title">
    <h2 id="sales-title">What sales says</h2>
    {sales.outcomes.length > 0 && (
      <ul class="said">
        {sales.outcomes.map((one) => (
          <Said one={one} back={sales.back} />
        ))}
      </ul>
    )}
    <form class="say" method="post" action={sales.action}>
      <input type="hidden" name="back" value={sales.back} />
      <label>
        <span>Outcome</span>
        <select name="type">
          {sales.choices.map(({ value, label }) => (
            <option value={value}>{label}</option>
          ))}
        </select>
      </label>
      <label>
        <span>Reason, for the record</span>
        <input name="reason" maxlength={500} autocomplete="off" />
      </label>
      <details class="more">
        <summary>Worth</summary>
        <div class="say-pair">
          <label>
            <span>Value</span>
            <input
              name="value"
              inputmode="decimal"
              pattern="\s*\d{1,15}(\.\d+)?\s*"
              title="A number such as 1200 or 99.50"
              autocomplete="off"
            />
          </label>
          <label>
            <span>Currency</span>
            <input
              name="currency"
              maxlength={3}
              pattern="[A-Za-z]{3}"
              title="Three letters such as EUR"
              placeholder="EUR"
              autocomplete="off"
            />
          </label>
        </div>
      </details>
      <button type="submit">Report</button>
    </form>
  </section>
)

export const Adjustments = ({ adjustments }: { adjustments: AdjustmentsView }) => (
  <section class="card later" id="adjustments" aria-labelledby="adjustments-title">
    <h2 id="adjustments-title">Points by hand</h2>
    {adjustments.adjustments.length > 0 && (
      <ul class="said">
        {adjustments.adjustments.map((one) => (
          <Said one={one} />
        ))}
      </ul>
    )}
    <form class="say" method="post" action={adjustments.action}>
      <div class="say-pair">
        <label>
          <span>Points</span>
          <input
            name="points"
            inputmode="text"
            pattern="\s*[+\-−]?\d{1,6}(\.\d+)?\s*"
            title="A number of points such as 20 or −10"
            placeholder="−10 or 20"
            required
            autocomplete="off"
          />
        </label>
        <label>
          <span>Reason, a line of the receipt</span>
          <input
            name="reason"
            maxlength={200}
            placeholder="Met at the fair"
            required
            autocomplete="off"
          />
        </label>
      </div>
      <button type="submit" class="plain">
        Adjust the score
      </button>
    </form>
  </section>
)

export const Privacy = ({ privacy, name }: { privacy: PrivacyView; name: string }) => (
  <section class="card later" id="privacy" aria-labelledby="privacy-title">
    <h2 id="privacy-title">Their data</h2>
    <p class="privacy-links">
      <a class="button" href={privacy.exportHref} download>
        Export everything
      </a>
    </p>
    <details class="confirm">
      <summary>Erase…</summary>
      <form method="post" action={privacy.eraseAction}>
        <p>
          Erases {name} with every visit and event, at once and for good; what is sent again later
          is refused. Backups that hold them are named.
        </p>
        <label>
          <span>Type “erase” to confirm</span>
          <input name="confirm" required autocomplete="off" />
        </label>
        <button type="submit" class="danger">
          Erase for good
        </button>
      </form>
    </details>
  </section>
)
