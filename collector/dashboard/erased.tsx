import { Time } from './marks.tsx'
import type { ErasedView } from './present-erased.ts'

/** Instead of the page of somebody who was erased. */
export const ErasedPage = ({ view }: { view: ErasedView }) => (
  <article class="empty trouble" data-erased>
    <h1>This person is erased</h1>
    <p>{view.words}</p>
    <p>
      {view.isGone
        ? 'No file of the store shows any of it any more.'
        : 'The last traces leave the store’s files within seconds.'}{' '}
      What is sent again about them is refused.
    </p>
    {view.backups.length > 0 ? (
      <>
        <h2>These backups still hold them</h2>
        <ul class="erased-backups">
          {view.backups.map((backup) => (
            <li>
              <code>{backup.path}</code>{' '}
              <span class="hint">
                made <Time when={backup.made} />, to be deleted by {backup.expires.exact}
              </span>
            </li>
          ))}
        </ul>
      </>
    ) : (
      <p>No backup that Pique knows of holds them.</p>
    )}
    <p>
      <a class="button" href="/leads">
        All leads
      </a>
    </p>
  </article>
)
