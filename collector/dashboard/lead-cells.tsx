import type { FC } from 'hono/jsx'
import type { ColumnKey } from './lead-columns.ts'
import type { ChangeView, LeadRow, SparkView } from './lead-row.ts'
import { HeatBars, MaybeTime, Stage } from './marks.tsx'
import type { Heat } from './vocabulary.ts'

/** The cells of the list of leads, one for each column. */

interface RowProps {
  readonly row: LeadRow
}

const Who = ({ row }: RowProps) => (
  <th scope="row" class="cell-who">
    <a href={row.href} data-row>
      {row.who}
    </a>
    <small>{row.note}</small>
  </th>
)

const Score = ({ row: { score, standing } }: RowProps) => (
  <td class="cell-score">
    <span class="lead-score" data-heat={score.heat}>
      <HeatBars heat={score.heat} />
      <span class="hush">{score.heatWords}, </span>
      <span class="score-points">{score.points}</span>
      <small>{standing}</small>
    </span>
  </td>
)

const Grade = ({ row: { score } }: RowProps) => (
  <td class="cell-grade">
    <span class="grade" title={score.gradeWords} data-heat={score.heat}>
      {score.grade}
    </span>
  </td>
)

const Spark = ({ spark, heat }: { spark: SparkView; heat: Heat }) => (
  <svg class="spark" viewBox={spark.viewBox} role="img" aria-label={spark.words} data-heat={heat}>
    <title>{spark.words}</title>
    <path d={spark.line} />
    <circle cx={spark.last.x} cy={spark.last.y} r="2" />
  </svg>
)

const Trend = ({ row }: RowProps) => (
  <td class="cell-trend">
    <Spark spark={row.trend} heat={row.score.heat} />
  </td>
)

const ChangeCell = ({ change }: { change: ChangeView }) => (
  <td class="cell-change">
    <span class={`change ${change.tone}`} title={change.hint}>
      {change.words}
    </span>
    <span class="card-only"> in 7 days</span>
  </td>
)

const Source = ({ row }: RowProps) => (
  <td class="cell-source">
    <span class="two-lines">
      {row.firstSource}
      {row.lastSource && (
        <span class="then">
          <span aria-hidden="true"> → </span>
          <span class="hush">then </span>
          {row.lastSource}
        </span>
      )}
    </span>
  </td>
)

/** What is plain text; in a card, where no head of a column stands above it, with its name. */
const Plain = ({ name, text }: { name: string; text: string }) => (
  <td class="cell-more" title={text}>
    <span class="card-only">{name}: </span>
    {text}
  </td>
)

const CELLS: Readonly<Record<ColumnKey | 'who', FC<RowProps>>> = {
  who: Who,
  score: Score,
  grade: Grade,
  trend: Trend,
  change: ({ row }) => <ChangeCell change={row.change} />,
  stage: ({ row }) => (
    <td class="cell-stage" title={row.stageWords}>
      <Stage words={row.stage} stage={row.stageKey} />
    </td>
  ),
  why: ({ row }) => (
    <td class="cell-why" title={row.why}>
      <span class="two-lines">{row.why}</span>
    </td>
  ),
  source: Source,
  seen: ({ row }) => (
    <td class="cell-seen">
      <MaybeTime when={row.seen} />
    </td>
  ),
  first: ({ row }) => (
    <td class="cell-more">
      <span class="card-only">First seen: </span>
      <MaybeTime when={row.firstSeen} />
    </td>
  ),
  email: ({ row }) => <Plain name="E-mail" text={row.email} />,
  company: ({ row }) => <Plain name="Company" text={row.company} />,
  job: ({ row }) => <Plain name="Job title" text={row.job} />,
  fit: ({ row }) => <Plain name="Fit" text={row.fit} />,
  campaign: ({ row }) => <Plain name="Campaign" text={row.campaign} />,
  landing: ({ row }) => <Plain name="Landing page" text={row.landing} />,
  user: ({ row }) => <Plain name="User id" text={row.user} />,
}

export const LeadCell = ({ column, row }: RowProps & { column: ColumnKey | 'who' }) => {
  const Cell = CELLS[column]
  return <Cell row={row} />
}
