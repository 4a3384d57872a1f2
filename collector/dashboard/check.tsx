import type { CheckView, FactView } from './present-check.ts'
import type { CheckFormView } from './present-today.ts'

/** "Is my tag working there?": the page to ask, and what its tag answers, live. */

const Fact = ({ fact }: { fact: FactView }) => (
  <li data-tone={fact.tone}>
    <span class="hush">{TONES[fact.tone]}</span>
    <span data-part="fact">{fact.words}</span>
  </li>
)

/** Said where the colour is not seen. */
const TONES: Readonly<Record<FactView['tone'], string>> = {
  good: 'Good: ',
  note: 'Note: ',
  problem: 'Problem: ',
  cause: '',
}

const Form = ({ form }: { form: CheckFormView }) => (
  <form class="check-form" method="post" action={form.action} data-check>
    <label>
      <span>Address of one of your pages</span>
      <input
        type="text"
        inputmode="url"
        name="page"
        value={form.page}
        placeholder="https://shop.example/pricing"
        autocomplete="url"
        autocapitalize="off"
        spellcheck={false}
        aria-describedby="check-problem"
        aria-invalid={form.error === '' ? undefined : 'true'}
      />
    </label>
    <button type="submit">Check</button>
    <p class="problem" role="alert" id="check-problem" data-part="check-problem">
      {form.error}
    </p>
  </form>
)

interface OutcomeProps {
  readonly check: CheckView | null
  /** This page, asked again; for those without scripts. */
  readonly againHref: string
}

const Outcome = ({ check, againHref }: OutcomeProps) => (
  <div class="check" data-outcome data-state={check?.state ?? 'none'}>
    <p class="check-words" role="status">
      <span class="pulse" aria-hidden="true" />
      <span data-part="check-words">{check?.words}</span>
    </p>
    <p class="check-open">
      <a
        class="button"
        href={check?.open || '#check'}
        target="_blank"
        rel="noopener noreferrer"
        data-part="check-open"
        hidden={!check?.open}
      >
        Open the page in a new tab
      </a>
      <noscript>
        <a class="button" href={againHref}>
          See what it answered
        </a>
      </noscript>
    </p>
    <p class="hint" data-part="check-lead">
      {check?.lead}
    </p>
    <ul class="check-facts" data-list="facts" aria-label="What the tag answered">
      {check?.facts.map((fact) => (
        <Fact fact={fact} />
      ))}
    </ul>
  </div>
)

const BLANKS: readonly FactView['tone'][] = ['good', 'note', 'problem', 'cause']

interface CheckProps extends OutcomeProps {
  readonly form: CheckFormView
}

export const Check = ({ form, check, againHref }: CheckProps) => (
  <>
    <p class="hint">
      Opens a page of yours in a new tab, where the tag reports back. Visitors see nothing of it.
    </p>
    <Form form={form} />
    <Outcome check={check} againHref={againHref} />
    {BLANKS.map((tone) => (
      <template data-template={`fact-${tone}`}>
        <Fact fact={{ tone, words: '' }} />
      </template>
    ))}
  </>
)
