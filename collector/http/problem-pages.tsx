import type { Context, Hono } from 'hono'
import { Wordmark } from '../dashboard/layout.tsx'
import { countWords, refusalWords } from '../dashboard/refusal-words.ts'
import { IGNORE_REASONS, problem, REFUSALS, REJECT_CODES, type RefusalCode } from '../errors.ts'
import { Words } from './docs-fields.tsx'
import { Sample } from './docs-operation.tsx'
import { DocsHead } from './docs-page.tsx'
import { OF_STATUS, PROBLEM_WORDS } from './problem-words.ts'

/**
 * A page for each code that the outside can see, where the `type` of a problem leads: what it means, who
 * meets it, and what to do.
 */

interface CodePage {
  readonly code: string
  readonly title: string
  readonly paragraphs: readonly string[]
  readonly cure: string
  readonly example: unknown
}

function refusalPage(code: RefusalCode): CodePage {
  const { status, title } = REFUSALS[code]
  const words = PROBLEM_WORDS[code] ?? OF_STATUS[status]
  return {
    code,
    title,
    paragraphs: [
      `A whole request was refused, with status **${status}**. Nothing of it was done.`,
      words?.meaning ?? title,
    ],
    cure: words?.cure ?? 'Read `detail`, which says more.',
    example: problem(code, code === 'invalid_request' ? EXAMPLE_DETAIL : undefined),
  }
}
const EXAMPLE_DETAIL = 'limit is "0"; expected a whole number from 1 to 100'

function rejectPage(code: keyof typeof REJECT_CODES): CodePage {
  const { title, cure } = refusalWords(code)
  return {
    code,
    title,
    paragraphs: [
      'One event of a batch was not taken; the rest of the batch was.',
      `${capital(REJECT_CODES[code])}.`,
      'Whoever sent the batch reads it in the answer, and it is kept under `GET /api/v1/rejected` for 30 days.',
    ],
    cure,
    example: { accepted: 1, duplicates: 0, ignored: 0, rejected: [{ index: 1, code }] },
  }
}

function ignorePage(code: keyof typeof IGNORE_REASONS): CodePage {
  const { title, cure } = countWords(`ignored:${code}`) ?? refusalWords(code)
  return {
    code,
    title,
    paragraphs: [
      'An event was not taken although nothing is wrong with it. It is counted by this reason, and not kept.',
      `${capital(IGNORE_REASONS[code])}.`,
    ],
    cure,
    example: { accepted: 0, duplicates: 0, ignored: 1, rejected: [] },
  }
}

const GROUPS: readonly { readonly title: string; readonly pages: readonly CodePage[] }[] = [
  {
    title: 'Why a request is refused',
    pages: keysOf(REFUSALS).map(refusalPage),
  },
  {
    title: 'Why one event of a batch is refused',
    pages: keysOf(REJECT_CODES).map(rejectPage),
  },
  {
    title: 'Why an event is not taken although nothing is wrong with it',
    pages: keysOf(IGNORE_REASONS).map(ignorePage),
  },
]
const PAGES = new Map(GROUPS.flatMap(({ pages }) => pages.map((page) => [page.code, page])))

function keysOf<T extends object>(table: T): (keyof T & string)[] {
  return Object.keys(table) as (keyof T & string)[] // its own, and no others
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const Frame = ({ title, children }: { title: string; children?: unknown }) => (
  <html lang="en">
    <DocsHead title={title} />
    <body>
      <header class="top docs-top">
        <a class="home" href="/docs" aria-label="Pique API">
          <Wordmark />
        </a>
        <a href="/problems">Problems</a>
        <a class="button" href="/docs">
          API
        </a>
      </header>
      <main id="main" class="problem-page">
        {children}
      </main>
    </body>
  </html>
)

const Page = ({ page }: { page: CodePage }) => (
  <Frame title={page.code}>
    <article class="prose">
      <h1>
        <Words text={page.title} />
      </h1>
      <p>
        <code>{page.code}</code>
      </p>
      {page.paragraphs.map((text) => (
        <p>
          <Words text={text} />
        </p>
      ))}
      <h2>What to do</h2>
      <p>
        <Words text={page.cure} />
      </p>
      <h2>What it looks like</h2>
      <Sample text={JSON.stringify(page.example, null, 2)} />
    </article>
  </Frame>
)

const Index = () => (
  <Frame title="Problems">
    <article class="prose">
      <h1>Problems</h1>
      <p>
        Every code that this collector answers with. A code is never renamed or used for something
        else; new ones may come.
      </p>
      {GROUPS.map(({ title, pages }) => (
        <>
          <h2>{title}</h2>
          <dl class="api-fields">
            {pages.map((page) => (
              <div>
                <dt>
                  <a href={`/problems/${page.code}`}>
                    <code>{page.code}</code>
                  </a>
                </dt>
                <dd>
                  <Words text={page.title} />
                </dd>
              </div>
            ))}
          </dl>
        </>
      ))}
    </article>
  </Frame>
)

/** `/problems` and `/problems/{code}`; of a code that there is none of, `notFound` says so. */
export function addProblemPages(app: Hono, notFound: (c: Context) => Response | Promise<Response>) {
  app.get('/problems', (c) => c.html(`<!doctype html>${<Index />}`))
  app.get('/problems/:code', (c) => {
    const page = PAGES.get(c.req.param('code'))
    return page ? c.html(`<!doctype html>${<Page page={page} />}`) : notFound(c)
  })
}
