/** What went wrong with an address, and what to do about it. */

export interface TroubleView {
  readonly title: string
  readonly points: readonly string[]
  readonly links: readonly { readonly href: string; readonly label: string }[]
}

export const Trouble = ({ view }: { view: TroubleView }) => (
  <div class="empty trouble">
    <h1>{view.title}</h1>
    {view.points.map((point) => (
      <p>{point}</p>
    ))}
    <ul class="trouble-links">
      {view.links.map(({ href, label }) => (
        <li>
          <a class="button" href={href}>
            {label}
          </a>
        </li>
      ))}
    </ul>
  </div>
)
