import { cutOff, SMALL_KEPT_DAYS } from '../retention.ts'
import type { HeldBackupJson } from '../store/held.ts'
import { plural } from './words.ts'

/** What is kept, how long, and where copies are. */

export interface KeptRow {
  readonly what: string
  readonly long: string
  readonly next: string
}

export interface BackupRow {
  readonly path: string
  readonly made: string
  readonly until: string
}

export interface RetentionView {
  readonly months: string
  /** What is older than this day goes next, at the latest within an hour. */
  readonly before: string
  readonly kept: readonly KeptRow[]
  readonly ways: readonly { readonly where: string; readonly text: string }[]
  readonly backups: readonly BackupRow[]
  readonly demo: boolean
}

export interface DataSource {
  readonly backups: readonly HeldBackupJson[]
  readonly retentionMonths: number
  readonly demo: boolean
}

const SMALL_DAYS = plural(SMALL_KEPT_DAYS, 'day')
const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

export function presentData(
  { backups, retentionMonths, demo }: DataSource,
  now: number,
): RetentionView {
  const months = plural(retentionMonths, 'month')
  return {
    months,
    before: days.format(cutOff(now, retentionMonths)),
    kept: [
      {
        what: 'Page views, clicks and other events',
        long: months,
        next: 'deleted with the visit they belong to, and out of every score',
      },
      {
        what: 'Browsers nobody said who they are in',
        long: months,
        next: 'deleted when their last visit is',
      },
      {
        what: 'Leads: e-mail, name, stage, what sales said',
        long: 'until erased',
        next: 'you erase them, here or on their page',
      },
      { what: 'Events that were refused or wait for your word', long: SMALL_DAYS, next: 'deleted' },
      {
        what: 'IP addresses',
        long: 'not kept',
        next: 'used while a request is answered, and written nowhere',
      },
      { what: 'The audit log', long: months, next: 'deleted; at most the newest million entries' },
      { what: 'Keys that have ended', long: SMALL_DAYS, next: 'deleted' },
      { what: 'Sign-ins', long: '7 days', next: 'signed out; after 12 hours without use already' },
    ],
    ways: [
      { where: 'When you start it', text: `pique start --retention-months ${retentionMonths}` },
      { where: 'In the environment', text: `PIQUE_RETENTION_MONTHS=${retentionMonths}` },
      { where: 'In the settings file', text: `retention-months: ${retentionMonths}` },
    ],
    backups: backups.map(({ path, made_at, expires_at }) => ({
      path,
      made: days.format(Date.parse(made_at)),
      until: days.format(Date.parse(expires_at)),
    })),
    demo,
  }
}
