import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createClock } from '../../collector/clock.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 10, 21, 20)

/** Two clocks that a test moves, and what was read of them. */
function world() {
  const state = { wall: START, monotonic: 5_000.25, jumps: [] as number[] }
  const clock = createClock({
    now: () => state.wall,
    monotonicMs: () => state.monotonic,
    onJump: ({ ms }) => state.jumps.push(ms),
  })
  /** Lets that much time pass, with a reading each second as the collector has. */
  const pass = (ms: number) => {
    const readings: number[] = []
    for (let left = ms; left > 0; left -= 1_000) {
      const step = Math.min(1_000, left)
      state.wall += step
      state.monotonic += step
      readings.push(clock())
    }
    return readings
  }
  return { state, clock, pass }
}

describe('the time of receipt', () => {
  test('is the wall clock, as long as that goes as clocks go', () => {
    const { state, clock, pass } = world()
    pass(90_000)
    state.wall += 700 // a small step is followed
    pass(1_000)
    expect(clock()).toBe(state.wall)
    expect(clock.jumps()).toBe(0)
  })

  test.each([HOUR, -HOUR, 365 * 24 * HOUR, -365 * 24 * HOUR])(
    'goes on through a jump of %d ms, and follows it after a minute',
    (jump) => {
      const { state, clock, pass } = world()
      pass(10_000)
      const before = clock()
      state.wall += jump
      expect(clock()).toBe(before)
      expect(pass(59_000).at(-1)).toBe(before + 59_000)
      expect(pass(1_000).at(-1)).toBe(state.wall)
      expect(state.jumps).toEqual([jump])
      expect(clock.jumps()).toBe(1)
    },
  )

  test.each([400 * 24 * HOUR, -400 * 24 * HOUR])(
    'is not to delete by for a day after a leap of %d ms',
    (leap) => {
      const { state, clock, pass } = world()
      pass(10_000)
      state.wall += HOUR
      pass(90_000)
      expect(clock.isSettled()).toBe(true)
      state.wall += leap
      expect(clock.isSettled()).toBe(true) // nothing was read since
      pass(23 * HOUR)
      expect(clock.isSettled()).toBe(false)
      pass(1.1 * HOUR)
      expect(clock.isSettled()).toBe(true)
    },
  )

  test('never leaves a jump that is taken back within the minute', () => {
    const { state, clock, pass } = world()
    const before = clock()
    state.wall += HOUR
    pass(30_000)
    state.wall -= HOUR
    expect(pass(90_000).at(-1)).toBe(before + 120_000)
    expect(state.jumps).toEqual([HOUR, -HOUR])
  })

  test('a clock that keeps jumping is not believed until it rests for a minute', () => {
    const { state, clock, pass } = world()
    const before = clock()
    for (let i = 0; i < 10; i += 1) {
      state.wall += HOUR
      pass(50_000)
    }
    expect(clock()).toBe(before + 500_000)
    pass(11_000) // a jump is noticed at the reading after it
    expect(clock()).toBe(state.wall)
  })

  test('goes back only when a jump back is believed, whatever the clocks do', () => {
    const step = fc.record({
      passMs: fc.integer({ min: 1, max: 5_000 }),
      jumpMs: fc.oneof(fc.constant(0), fc.integer({ min: -2 * HOUR, max: 2 * HOUR })),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const { state, clock } = world()
        let last = clock()
        let backs = 0
        for (const { passMs, jumpMs } of steps) {
          state.wall += passMs + jumpMs
          state.monotonic += passMs
          const read = clock()
          expect(Number.isInteger(read)).toBe(true)
          if (read < last) backs += 1
          last = read
        }
        expect(backs).toBeLessThanOrEqual(clock.jumps())
      }),
    )
  })
})
