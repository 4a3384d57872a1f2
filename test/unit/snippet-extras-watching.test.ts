import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createVideo, finish, follow } from '../../snippet/extras/watching.ts'

const track = vi.fn()

beforeEach(() => vi.stubGlobal('window', { pique: track }))
afterEach(() => {
  vi.unstubAllGlobals()
  track.mockReset()
})

const told = () =>
  track.mock.calls.map(([, name, props]) => `${name} ${props.video_percent}`.replace('video_', ''))

test.each([
  ['played through', 100, [0, 2, 4, 6, 8, 10, 12], ['start 0', 'progress 10']],
  [
    'two marks in one step',
    4,
    [0, 0.3, 2.5],
    ['start 0', 'progress 10', 'progress 25', 'progress 50'],
  ],
  ['a mark met exactly, then passed', 100, [9, 10, 11], ['start 0', 'progress 10']],
  ['begun in the middle', 100, [60, 61, 62], ['start 0']],
  ['a jump over a mark', 100, [0, 1, 30, 31], ['start 0']],
  ['a jump back, and the mark again', 100, [9, 11, 5, 7, 9, 11], ['start 0', 'progress 10']],
  ['a jump back, and a mark that was skipped', 100, [0, 30, 9, 11], ['start 0', 'progress 10']],
  ['without a duration', Number.NaN, [0, 1, 2], ['start 0']],
  ['without an end', Number.POSITIVE_INFINITY, [0, 1, 2], ['start 0']],
  ['of no length', 0, [0, 0], ['start 0']],
])('%s', (_case, duration, positions, expected) => {
  const video = createVideo('a', 'html5')
  for (const at of positions) follow(video, true, at, duration)
  expect(told()).toEqual(expected)
})

test('scrubbing while it is paused is not watching, the step into the pause is', () => {
  const video = createVideo('a', 'html5')
  expect(follow(video, false, 8, 100)).toBe(false)
  expect(follow(video, false, 9, 100)).toBe(false)
  expect(follow(video, true)).toBe(false)
  expect(follow(video, false, 10.5)).toBe(true)
  expect(follow(video, false, 11)).toBe(false)
  expect(told()).toEqual(['start 0', 'progress 10'])
})

test.each([
  ['played to the end', [97, 99, 100], ['start 0', 'complete 100']],
  ['dragged to the end', [50, 51, 100], ['start 0']],
  ['dragged near the end and played from there', [50, 98, 100], ['start 0', 'complete 100']],
])('%s', (_case, positions, expected) => {
  const video = createVideo('a', 'html5')
  for (const at of positions) follow(video, true, at, 100)
  finish(video)
  finish(video)
  expect(told()).toEqual(expected)
})

test('a title that names somebody is masked; what is not known is left out', () => {
  const video = createVideo('a', 'vimeo')
  video._title = 'For jane@example.com'
  follow(video, true)
  expect(JSON.parse(JSON.stringify(track.mock.calls))).toEqual([
    [
      'track',
      'video_start',
      { video_percent: 0, video_title: 'For *', video_provider: 'vimeo', video_current_time: 0 },
    ],
  ])
})
