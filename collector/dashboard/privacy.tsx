import { Bare, Wordmark } from './layout.tsx'

/** What a visitor of a measured site may read: what is known of them, and how to say no. */

export interface PrivacyView {
  /** The browser that asks for this page asks for privacy by itself. */
  readonly signal: 'gpc' | 'dnt' | null
  readonly retentionMonths: number
}

const ASKS = {
  gpc: 'Your browser sends Global Privacy Control',
  dnt: 'Your browser sends Do Not Track',
} as const

const Signal = ({ signal }: Pick<PrivacyView, 'signal'>) => (
  <output class="signal" data-gpc={String(signal === 'gpc')} data-dnt={String(signal === 'dnt')}>
    {signal ? (
      <>
        <strong>{ASKS[signal]}, and it is honoured.</strong> Without a click of yours: no cookie,
        nothing stored in your browser, no id that lasts, and no e-mail read from a form. Only an
        explicit yes that you give the site yourself changes that.
      </>
    ) : (
      <>
        <strong>Your browser does not ask for privacy by itself.</strong> If you switch on Global
        Privacy Control or Do Not Track, no cookie is set, nothing is stored in your browser and no
        e-mail is read from a form.
      </>
    )}
  </output>
)

const Privacy = ({ signal, retentionMonths }: PrivacyView) => (
  <Bare title="Privacy">
    <article class="policy">
      <p>
        <Wordmark />
      </p>
      <h1>How your visit is measured</h1>
      <Signal signal={signal} />
      <h2>What is collected</h2>
      <ul>
        <li>Pages you open, how long you look at them, and how far you scroll.</li>
        <li>
          Files you download, links you follow to other sites, videos, and what you put in a cart.
        </li>
        <li>That you sent a form; of its fields the e-mail and a field marked as your name.</li>
        <li>Where you came from: the site before, and the campaign in the link.</li>
        <li>The kind of your browser and device.</li>
      </ul>
      <h2>What never is</h2>
      <ul>
        <li>Passwords, card numbers, hidden fields, and what else you type.</li>
        <li>
          Your IP address: it is used while a request is answered, and written down nowhere. Where
          no cookie may be kept, a code of the day stands for you; its key is destroyed after 48
          hours, and then nobody can tell whose it was.
        </li>
        <li>E-mails, tokens and keys in addresses: they are cut out before anything is stored.</li>
      </ul>
      <h2>How long it is kept</h2>
      <p>
        Events, and browsers in which nobody said who they are, for{' '}
        <strong data-months={String(retentionMonths)}>{monthsOf(retentionMonths)}</strong>. Who
        somebody is, once they said so, until it is erased. Events that were refused, for 30 days.
      </p>
      <h2>How to say no</h2>
      <ul>
        <li>Switch on Global Privacy Control in your browser; it counts at once.</li>
        <li>
          Say no where the site asks; it tells us with <code>pique('consent', 'denied')</code>, and
          what was stored in your browser is deleted.
        </li>
        <li>
          For nothing at all, run <code>localStorage.pique_ignore = 1</code> in your browser’s
          console on the site.
        </li>
      </ul>
      <h2>Your data</h2>
      <p>
        Ask the site for a copy of everything that is held about you, or to be erased. Who is erased
        is gone from every table and file, does not come back with a late message, and is told until
        when a backup still has them.
      </p>
    </article>
  </Bare>
)

function monthsOf(months: number): string {
  return months === 1 ? 'one month' : `${months} months`
}

/** The whole document. */
export function renderPrivacy(view: PrivacyView): string {
  return `<!doctype html>${<Privacy {...view} />}`
}
