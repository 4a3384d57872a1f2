import { presentData } from './present-data.ts'
import { backupsPanel, retentionPanel } from './settings-data.tsx'
import type { SettingsPart } from './settings-parts.ts'

/** What is kept, how long, and where copies are. */
export const dataPart: SettingsPart =
  (_, { reader, clock, retentionMonths, demo }) =>
  async () => {
    const now = clock()
    const view = presentData({ backups: await reader.backups(now), retentionMonths, demo }, now)
    return [retentionPanel(view), backupsPanel(view)]
  }
