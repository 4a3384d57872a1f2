import type { Notice, StoreFile } from '../store/store-file.ts'
import { codeOf } from '../store/trouble.ts'

/**
 * Watches the room on the store's disk. Below the floor no events are taken, so that what the owner
 * does to make room still finds some; above it they are taken again by themselves. What is wrong is
 * told when it begins, and then every hour.
 */
export interface DiskWatch {
  /** Whether events are to be refused. */
  isLow(): boolean
  /** Whether this error says that the disk is full; then it counts as low until the next look. */
  heed(error: unknown): boolean
  /** To be called every second. Throws where the store's file is gone. */
  look(at: number): readonly Notice[]
}

const MB = 1024 * 1024
const HOUR_MS = 3_600_000
/** Beyond this the log is cut as soon as no reader is in the way; each try waits for one a moment. */
const LONG_LOG_BYTES = 96 * MB
const LOG_TRY_MS = 5_000
/** Beyond this somebody should look for the reader. */
const ALARMING_LOG_BYTES = 256 * MB

export function createDiskWatch(
  file: StoreFile,
  minFreeBytes: number,
  ballastBytes: number,
): DiskWatch {
  let isLow = (file.freeBytes() ?? minFreeBytes) < minFreeBytes
  /** A write met a full disk since the last look, whatever the disk says of its room. */
  let metFull = false
  let isBallastRefused = false
  let logTriedAt = Number.NEGATIVE_INFINITY
  const alarms = { room: createAlarm(), log: createAlarm() }

  /** Only where it leaves room enough: the ballast itself must not take the last. */
  function keepBallast(free: number): void {
    if (isBallastRefused || free < minFreeBytes + 2 * ballastBytes || file.hasBallast()) return
    try {
      file.makeBallast()
    } catch {
      isBallastRefused = true // a directory that takes no files; the floor stands without it
    }
  }

  function shortenLog(at: number): number {
    const bytes = file.walBytes() ?? 0
    if (bytes < LONG_LOG_BYTES || at - logTriedAt < LOG_TRY_MS) return bytes
    logTriedAt = at
    file.shortenLog()
    return file.walBytes() ?? 0
  }

  return {
    isLow: () => isLow,
    heed(error) {
      const isFull = codeOf(error) === 'SQLITE_FULL'
      if (isFull) {
        isLow = true
        metFull = true
      }
      return isFull
    },
    look(at) {
      file.assertInPlace()
      const free = file.freeBytes()
      isLow = free !== null && free < minFreeBytes
      if (free !== null) keepBallast(free)
      const logBytes = shortenLog(at)
      const notices: Notice[] = []
      if (alarms.room(isLow || metFull, at)) {
        notices.push({
          level: 'error',
          message: 'the disk is nearly full: events are refused until there is room',
          fields: { free_bytes: free ?? -1, floor_bytes: minFreeBytes },
        })
      }
      metFull = false
      if (alarms.log(logBytes >= ALARMING_LOG_BYTES, at)) {
        notices.push({
          level: 'error',
          message: 'the write-ahead log is long: a reader holds it, such as a shell or a backup',
          fields: { wal_bytes: logBytes },
        })
      }
      return notices
    },
  }
}

/** Whether to tell: when it begins, and every hour that it lasts. */
function createAlarm(): (isOn: boolean, at: number) => boolean {
  let toldAt: number | null = null
  return (isOn, at) => {
    if (!isOn) toldAt = null
    if (!isOn || (toldAt !== null && at - toldAt < HOUR_MS)) return false
    toldAt = at
    return true
  }
}
