import { answer } from './answers.tsx'
import { askLatest, askLive } from './ask.ts'
import { checkOf } from './connect-screen.tsx'
import type { DashboardDeps } from './deps.ts'
import { hrefOf } from './links.ts'
import { presentSeen, presentToday, tagOf } from './present-today.ts'
import type { Screen } from './screens.ts'
import { Today } from './today.tsx'

export function todayScreen({ reader, tagUrl }: DashboardDeps): Screen {
  return async (visit) => {
    const { c, now, site, sites } = visit
    const tagged = site ?? sites[0]
    const page = (
      <Today
        view={presentToday(await askLive(reader, site, now), now)}
        tag={tagged ? tagOf(tagged, tagUrl(c)) : null}
        connectHref={hrefOf('/connect', { site: site?.id })}
        leadsHref={hrefOf('/leads', { site: site?.id })}
        liveHref={hrefOf('/live.json', { site: site?.id })}
      />
    )
    return answer(visit, 'Today', page)
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
    return c.json({ today: presentToday(await askLive(reader, site, now), now) })
  }
}
