import type { Waiting } from './metrics.ts'

/**
 * Whether one more delivery may wait for the writer. Refused early is better than answered late: a client that
 * is told at once to come back costs nothing, and one that gave up waiting sends everything again.
 *
 * By count and bytes, so that memory is bounded; and by how long the oldest waits, so that those let in are
 * answered in time. A single slow flush of the disk is no overload, so that rule needs a crowd or a long wait.
 */
export function isAdmitted({ count, bytes, oldestMs }: Waiting): boolean {
  if (count >= MAX_WAITING || bytes >= MAX_WAITING_BYTES) return false
  if (oldestMs > MAX_WAIT_MS) return false
  return count < CROWD || oldestMs <= CROWDED_WAIT_MS
}

const MAX_WAITING = 5_000
const MAX_WAITING_BYTES = 32 * 1024 * 1024
const MAX_WAIT_MS = 1_000
const CROWD = 200
const CROWDED_WAIT_MS = 250
