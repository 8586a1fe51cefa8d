import { describe, expect, it, vi } from 'vitest'
import { awaitDependency } from '../../examples/anomalies/slow-dependency.mjs'

const told = async (series: string, clone: string, attempt: string): Promise<boolean> => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  await awaitDependency({ series, slowSeries: 'slow', stallS: 0 }, { FORKCAST_CLONE: clone, FORKCAST_ATTEMPT: attempt })
  const waited = log.mock.calls.length > 0
  log.mockRestore()
  return waited
}

describe('the emulated slow dependency', () => {
  it('is slow for clone 0 of the first attempt at one series, and says so', async () => {
    expect(await told('slow', '0', '1')).toBe(true)
  })

  it.each([
    ['another series', 'other', '0', '1'],
    ['a sibling clone', 'slow', '1', '1'],
    ['a second attempt', 'slow', '0', '2'],
  ])('is not slow for %s', async (_, series, clone, attempt) => {
    expect(await told(series, clone, attempt)).toBe(false)
  })
})
