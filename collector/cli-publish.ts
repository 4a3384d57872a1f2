import { setTimeout as wait } from 'node:timers/promises'
import { byCommandLine } from './cli-audit.ts'
import { counted } from './cli-what-if.ts'
import { openWriterService } from './ingest/writer-service.ts'
import defaultModel from './scoring/default-model.yaml'
import type { NewModel } from './store/model-store.ts'
import { openStore } from './store/open.ts'
import type { Reader } from './store/reader.ts'
import type { ModelVersionJson } from './store/shapes.ts'
import { StoreInUse } from './store/trouble.ts'

/**
 * Publishing a model from the command line. Alone on the store, the command counts what the model's
 * rules need itself; beside a running collector it only inserts the version, which the collector
 * finds within a second, counts for, and switches over to.
 */
export interface Publisher {
  /** `action` is how it is written down. */
  publish(model: NewModel, action: string): number
  /** Waits until the version scores, or nothing more can be done here; its state then. */
  complete(version: number, expectedEvents: number): Promise<ModelVersionJson['state']>
  close(): void
}

export interface PublisherDeps {
  readonly store: string
  readonly now: () => number
  readonly reader: Pick<Reader, 'modelVersions'>
  /** How long to wait for a running collector. */
  readonly waitMs: number
}

const POLL_MS = 250

export function openPublisher(deps: PublisherDeps): Publisher {
  try {
    return openAlone(deps)
  } catch (error) {
    if (!(error instanceof StoreInUse)) throw error
    return openBeside(deps)
  }
}

function openAlone({ store, now }: PublisherDeps): Publisher {
  const service = openWriterService({ store, initialModel: defaultModel, now: now() })
  return {
    publish(model, action) {
      const { version } = service.publishModel(model)
      service.addAudit(byCommandLine({ at: now(), action, subject: `v${version}` }))
      return version
    },
    async complete(_, expectedEvents) {
      const progress = createProgress(expectedEvents)
      while (service.work(now())) {
        const counting = service.modelProgress()
        if (counting) progress.show(counting.events)
      }
      progress.end()
      service.look(now())
      while (service.work(now()));
      return 'active'
    },
    close: () => service.close(),
  }
}

function openBeside({ store, now, reader, waitMs }: PublisherDeps): Publisher {
  const open = openStore(store, 'beside')
  return {
    publish: (model, action) =>
      open.apply(() => {
        const version = open.models.publish(model)
        open.addAudit(byCommandLine({ at: now(), action, subject: `v${version}` }))
        return version
      }),
    async complete(version) {
      const until = now() + waitMs
      if (waitMs > 0) process.stderr.write('waiting for the running collector to take it over …\n')
      for (;;) {
        const known = (await reader.modelVersions()).find((one) => one.version === version)
        const state = known?.state ?? 'counting'
        if (state !== 'counting' || now() >= until) return state
        await wait(Math.min(POLL_MS, Math.max(1, until - now())))
      }
    },
    close: () => open.close(),
  }
}

/** How far counting has come, on stderr: one line rewritten on a terminal, else one every tenth. */
function createProgress(expected: number) {
  const { stderr } = process
  let shown = 0
  return {
    show(events: number) {
      const tenth = Math.floor((10 * events) / Math.max(1, expected))
      const text = `counted ${events.toLocaleString('en-US')} of ${counted(expected, 'event')}`
      if (stderr.isTTY) stderr.write(`\r\u001b[K${text}`)
      else if (tenth > shown) stderr.write(`${text}\n`)
      shown = Math.max(shown, stderr.isTTY ? 1 : tenth)
    },
    end() {
      if (stderr.isTTY && shown > 0) stderr.write('\n')
    },
  }
}
