import { mayUse } from '../http/auth.ts'
import { answer, type Visit } from './answers.tsx'
import { askLatest, askLive } from './ask.ts'
import { isOwner } from './connect-actions.ts'
import { checkOf } from './connect-screen.tsx'
import type { DashboardDeps } from './deps.ts'
import { hrefOf } from './links.ts'
import { outcomeNotice } from './outcome-screen.tsx'
import { presentAttention, REJECTIONS } from './present-attention.ts'
import { presentSeen, presentToday, tagOf } from './present-today.ts'
import { presentAlarm } from './present-webhooks.ts'
import type { Screen } from './screens.ts'
import { Today } from './today.tsx'

export function todayScreen({ reader, tagUrl }: DashboardDeps): Screen {
  return async (visit) => {
    const { c, now, site, sites } = visit
    const tagged = site ?? sites[0]
    const [attention, live, notice, hooks] = await Promise.all([
      reader.attention({ site: site?.id }, now),
      askLive(reader, site, now),
      outcomeNotice(reader, visit),
      isOwner(visit) ? reader.webhooks() : [],
    ])
    const todayHref = hrefOf('/', { site: site?.id })
    const mayWrite = mayUse(c.get('access'), 'write')
    const page = (
      <Today
        view={presentToday(live, now)}
        attention={presentAttention(attention, site?.id, now)}
        forms={mayWrite ? { back: todayHref, rejections: REJECTIONS } : null}
        alarm={presentAlarm(hooks, now)}
        tag={tagged ? tagOf(tagged, tagUrl(c)) : null}
        connectHref={hrefOf('/connect', { site: site?.id })}
        todayHref={todayHref}
        liveHref={hrefOf('/live.json', { site: site?.id, since: String(now) })}
      />
    )
    return answer(visit, 'Today', page, 200, notice)
  }
}

/** The same view-models as Today and Connect, for the page script. */
export function liveScreen(deps: DashboardDeps): Screen {
  const { reader } = deps
  return async (visit) => {
    const { c, now, site } = visit
    if (c.req.query('for') === 'connect') {
      const seen = presentSeen(await askLatest(reader, site, now), now)
      return c.json({ seen, check: checkOf(deps, visit) })
    }
    const [live, arrived] = await Promise.all([askLive(reader, site, now), arrivedOf(deps, visit)])
    return c.json({ today: presentToday(live, now, arrived) })
  }
}

/** MQLs that began to wait since the page was opened, if it says when that was. */
async function arrivedOf({ reader }: DashboardDeps, { c, now, site }: Visit): Promise<number> {
  const since = c.req.query('since') ?? ''
  if (!/^\d{1,15}$/.test(since)) return 0
  return reader.arrived({ site: site?.id, since: Number(since) }, now)
}
