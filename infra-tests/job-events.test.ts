import { afterEach, describe, expect, it } from 'vitest'
import { ended, eventsOf, submitted, turn } from './deployed.ts'

afterEach(async () => {
  await turn({ turn: 'events', to: { drop: 0, duplicate: 0, delayS: 0, reorderS: 0 } })
})

describe('events of jobs', () => {
  //  part[0] … part[11] ─▶ end
  it('that are dropped, doubled and out of order leave each task with one commit', { timeout: 300_000 }, async () => {
    await turn({ turn: 'events', to: { drop: 0.3, duplicate: 0.7, delayS: 0.2, reorderS: 3 } })
    const resources = { memory: '64MiB' }
    const id = await submitted({
      name: 'unreliable',
      tasks: {
        part: {
          forEach: { n: Array.from({ length: 12 }, (_, n) => n) },
          // The first attempts of some end without a report, of which events alone tell soon.
          run: 'if [ "$FORKCAST_ATTEMPT" = 1 ] && [ $((EACH_N % 4)) = 0 ]; then exit 7; fi; echo "$EACH_N" > "$OUTPUT_OUT"',
          clones: 2,
          retry: { limit: 2, backoff: '1s' },
          resources,
          outputs: { out: { path: 'out.json' } },
        },
        end: { run: 'ls "$INPUT_PARTS"', inputs: { parts: { from: 'part.out' } }, resources },
      },
    })
    // What neither an event nor a report tells of is found when its lease is over, and the watch comes after.
    const run = await ended(id, 240)
    expect(run.state).toBe('succeeded')
    const commits = (await eventsOf(id)).filter(({ type }) => type === 'task.committed').map((event) => event.id)
    expect(commits.toSorted()).toStrictEqual(run.tasks.map((task) => task.id).toSorted())
    for (const { attempts } of run.tasks) {
      const won = attempts.flatMap(({ slots }) => slots.filter(({ state }) => state === 'won'))
      expect(won.length).toBeLessThanOrEqual(1)
    }
  })
})
