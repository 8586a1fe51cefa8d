import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LaunchInput, SettleInput } from '#contract/state-machine.ts'
import type { Executions, FrontierInput } from '#ports/executions.ts'

/** What the suite needs of an adapter: its executions, what their states have called, and a way to let them go on. */
export interface ExecutionsUnderTest {
  readonly executions: Executions
  /** Launches called so far, in order. */
  launched(): readonly LaunchInput[]
  /** Settles called so far, in order. */
  settled(): readonly SettleInput[]
  /** Launches of this task throw from now on. */
  breakLaunchOf(task: string): void
  /** Lets so much time go by that whatever can happen has happened. */
  goOn(): Promise<void>
  close(): Promise<void>
}

/**
 * What every adapter of the `Executions` port keeps. Where answers get `lost`, a first call may be told as the repetition that it
 * then was.
 */
export function executionsContract(open: () => Promise<ExecutionsUnderTest>, answers: 'told' | 'lost' = 'told'): void {
  const mayBe = <T>(said: T, repeated: T): readonly T[] => (answers === 'told' ? [said] : [said, repeated])
  const started = mayBe('started', 'already')
  const answered = mayBe('answered', 'spent')

  describe('the contract of executions', () => {
    let under: ExecutionsUnderTest
    beforeEach(async () => {
      under = await open()
    })
    afterEach(() => under.close())

    const run = 'run_00000001'
    const frontier: FrontierInput = {
      run,
      tasks: [
        { task: 'clean[0]', attempt: 1, clones: [0, 1] },
        { task: 'clean[1]', attempt: 2, clones: [0] },
      ],
    }
    const tokenOf = (task: string, clone: number): string =>
      under.launched().find(({ slot }) => slot.task === task && slot.clone === clone)?.token ?? 'none'
    const answer = async (task: string, clone: number) => {
      const said = await under.executions.answer(tokenOf(task, clone), { outcome: 'won' })
      await under.goOn()
      return said
    }

    it('launches every clone of every task once, each with a token of its own', async () => {
      expect(started).toContain(await under.executions.start('one', frontier))
      await under.goOn()

      const launched = under.launched().map(({ slot: { task, attempt, clone } }) => ({ task, attempt, clone }))
      expect(launched).toHaveLength(3)
      expect(launched).toStrictEqual(
        expect.arrayContaining([
          { task: 'clean[0]', attempt: 1, clone: 0 },
          { task: 'clean[0]', attempt: 1, clone: 1 },
          { task: 'clean[1]', attempt: 2, clone: 0 },
        ]),
      )
      expect(new Set(under.launched().map(({ token }) => token)).size).toBe(3)
      expect(under.settled()).toStrictEqual([])
    })

    const allOfIt = {
      attempts: [
        { run, task: 'clean[0]', attempt: 1 },
        { run, task: 'clean[1]', attempt: 2 },
      ],
    }

    it('settles all of its tasks again, once, when all of its clones are answered', async () => {
      await under.executions.start('one', frontier)
      await under.goOn()

      await answer('clean[0]', 1)
      await answer('clean[0]', 0)
      expect(under.settled()).toStrictEqual([])
      await answer('clean[1]', 0)
      expect(under.settled()).toStrictEqual([allOfIt])
    })

    it('starts a name once', async () => {
      await under.executions.start('one', frontier)
      expect(await under.executions.start('one', frontier)).toBe('already')
      await under.goOn()
      expect(under.launched()).toHaveLength(3)
    })

    it('starts the same frontier again under another name, as a sweep does', async () => {
      await under.executions.start('one', frontier)
      expect(started).toContain(await under.executions.start('two', frontier))
      await under.goOn()
      expect(under.launched()).toHaveLength(6)
    })

    it('takes one answer a token: later ones, and tokens of nothing, are spent', async () => {
      await under.executions.start('one', frontier)
      await under.goOn()
      expect(answered).toContain(await answer('clean[1]', 0))
      expect(await answer('clean[1]', 0)).toBe('spent')
      expect(await under.executions.answer('no token of ours', { outcome: 'won' })).toBe('spent')
      expect(under.settled()).toStrictEqual([])
    })

    it('lets the siblings of a launch that throws go on', async () => {
      under.breakLaunchOf('clean[1]')
      await under.executions.start('one', frontier)
      await under.goOn()
      expect(answered).toContain(await answer('clean[0]', 0))
      expect(answered).toContain(await answer('clean[0]', 1))
    })
  })
}
