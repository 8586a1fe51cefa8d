import { describe, expect, it } from 'vitest'
import { ended, eventsOf, jobsOf, outputOf, submitted, taskOf } from './deployed.ts'

describe('two clones on two pools', () => {
  it('come to one commit: the loser is terminated, and what it cost is waste', async () => {
    const id = await submitted({
      name: 'race',
      tasks: {
        fetch: {
          run: 'if [ "$FORKCAST_CLONE" = 0 ]; then exec sleep 300; fi; echo "$FORKCAST_CLONE" > "$OUTPUT_WHO"',
          clones: 2,
          resources: { memory: '128MiB' },
          outputs: { who: { path: 'who.txt', type: 'text' } },
        },
      },
      outputs: { who: { from: 'fetch.who' } },
    })
    const run = await ended(id)
    expect(run.state).toBe('succeeded')
    const slots = taskOf(run, 'fetch').attempts.flatMap((attempt) => attempt.slots)
    expect(slots.map(({ clone, state }) => [clone, state])).toStrictEqual([
      [0, 'lost'],
      [1, 'won'],
    ])
    expect(new Set(slots.map(({ pool }) => pool)).size).toBe(2)
    expect((await eventsOf(id)).filter(({ type }) => type === 'task.committed')).toHaveLength(1)

    const [loser, winner] = slots
    expect(run.wastedCostUsd).toBeGreaterThan(0)
    expect(run.wastedCostUsd).toBeCloseTo(loser?.costUsd ?? 0, 9)
    expect(run.costUsd).toBeCloseTo((loser?.costUsd ?? 0) + (winner?.costUsd ?? 0), 9)

    expect(await jobsOf(id, 'fetch/1/1')).toMatchObject([{ status: 'SUCCEEDED' }])
    expect(await jobsOf(id, 'fetch/1/0')).toMatchObject([{ status: 'FAILED', stoppedAt: expect.any(Number) }])
    expect(await outputOf(id, 'who')).toBe('1\n')
  })
})
