import {
  BANDS,
  type BandView,
  type FactView,
  type MovedView,
  type PeopleView,
  type PreviewView,
  type ProblemView,
} from './present-what-if.ts'

/** What a draft would change. The page script fills the same parts, and copies the templates. */

const Problem = ({ problem }: { problem: ProblemView }) => (
  <li>
    <a
      href={problem.rule ? `#rule-${problem.rule}` : '#draft'}
      data-part="line"
      data-line={problem.line ?? undefined}
    >
      {problem.line === null ? 'The draft' : `Line ${problem.line}`}
    </a>{' '}
    <span data-part="text">{problem.text}</span>
    <code data-part="excerpt">{problem.excerpt}</code>
  </li>
)

const Fact = ({ fact }: { fact: FactView }) => (
  <tr>
    <th scope="row" data-part="label">
      {fact.label}
    </th>
    <td data-part="before">{fact.before}</td>
    <td data-part="after">{fact.after}</td>
  </tr>
)

const Facts = ({ name, caption, facts }: FactsProps) => (
  <table class="facts-table">
    <caption>{caption}</caption>
    <thead>
      <tr>
        <th scope="col">
          <span class="hush">What</span>
        </th>
        <th scope="col">Now</th>
        <th scope="col">Draft</th>
      </tr>
    </thead>
    <tbody data-list={name}>
      {facts.map((fact) => (
        <Fact fact={fact} />
      ))}
    </tbody>
  </table>
)

interface FactsProps {
  readonly name: string
  readonly caption: string
  readonly facts: readonly FactView[]
}

const Moved = ({ moved }: { moved: MovedView }) => (
  <li>
    <a href={moved.href} data-part="who">
      {moved.who}
    </a>
    <span class="moved-points">
      <span class="hush">from </span>
      <span data-part="before">{moved.before}</span>
      <span aria-hidden="true"> → </span>
      <span class="hush"> to </span>
      <span data-part="after">{moved.after}</span>
    </span>
  </li>
)

const People = ({ name, people }: { name: string; people: PeopleView }) => (
  <section class="moved" data-people={name}>
    <h3 data-part="title">{people.title}</h3>
    <ul data-list={name}>
      {people.rows.map((moved) => (
        <Moved moved={moved} />
      ))}
    </ul>
    <p class="hint" data-part="more">
      {people.more}
    </p>
  </section>
)

const EMPTY_BAR = { x: 0, y: 0, width: 0, height: 0 }
const EMPTY_BAND: BandView = { label: '', before: '', after: '', was: EMPTY_BAR, is: EMPTY_BAR }
/** As many as there are bands, so that the script only has to move them. */
const ELEVEN: readonly BandView[] = Array.from({ length: 11 }, () => EMPTY_BAND)

const Bands = ({ bands }: { bands: readonly BandView[] }) => (
  <figure class="bands">
    <figcaption>
      Leads by score <span class="bands-now">now</span> <span class="bands-draft">draft</span>
    </figcaption>
    <svg viewBox={`0 0 ${BANDS.width} ${BANDS.height}`} aria-hidden="true">
      {(bands.length === 0 ? ELEVEN : bands).map((band) => (
        <g data-band>
          <rect class="band-was" {...band.was} />
          <rect class="band-is" {...band.is} />
          <text x={band.is.x} y={BANDS.height - 4} text-anchor="middle">
            {band.label}
          </text>
        </g>
      ))}
    </svg>
    <details>
      <summary>As a table</summary>
      <Facts
        name="bands"
        caption="Leads by score"
        facts={bands.map(({ label, before, after }) => ({ label, before, after }))}
      />
    </details>
  </figure>
)

const NOBODY: MovedView = { href: '/leads', who: '', before: '', after: '' }
const NO_FACT: FactView = { label: '', before: '', after: '' }
const NO_PROBLEM: ProblemView = { text: '', line: null, excerpt: '', rule: null }

const Templates = () => (
  <>
    <template data-template="problem">
      <Problem problem={NO_PROBLEM} />
    </template>
    <template data-template="moved">
      <Moved moved={NOBODY} />
    </template>
    <template data-template="fact">
      <Fact fact={NO_FACT} />
    </template>
  </>
)

export const Preview = ({ view }: { view: PreviewView }) => (
  <section class="preview" data-preview data-state={view.state} aria-labelledby="preview-title">
    <h2 id="preview-title">Before and after</h2>
    <p class="preview-words" data-part="words" role="status">
      {view.words}
    </p>
    <p class="hint" data-part="scanned">
      {view.scanned}
    </p>
    <p class="problem" data-part="overtaken">
      {view.overtaken}
    </p>
    <ul class="problems" data-list="problems">
      {view.problems.map((problem) => (
        <Problem problem={problem} />
      ))}
    </ul>
    <ul class="problems warnings" data-list="warnings" aria-label="Hardly meant">
      {view.warnings.map((problem) => (
        <Problem problem={problem} />
      ))}
    </ul>
    <div class="preview-found">
      <div class="moved-both">
        <People name="gained" people={view.gained} />
        <People name="lost" people={view.lost} />
      </div>
      <Facts name="facts" caption="All leads" facts={view.facts} />
      <Bands bands={view.bands} />
      <Facts name="moved-rules" caption="Points of rules that change" facts={view.rules} />
    </div>
    <Templates />
  </section>
)
