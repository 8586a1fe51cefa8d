import { expect, test } from 'vitest'
import { dag } from '../builders/dag.ts'
import { rig } from '../builders/rig.ts'
import { userError } from './story.ts'

test('history keeps what a clone asked for, and what its failure was followed by', async () => {
  const outOfMemory = { ...userError('killed'), cause: 'out-of-memory' } as const
  const engine = rig(({ attempt }) => ({
    takesS: 4,
    ...(attempt === 1 ? { fails: outOfMemory } : attempt === 2 ? { fails: userError('boom') } : {}),
  }))

  await engine.run(dag('A', { A: { retry: { limit: 1, backoffS: 0 }, timeoutS: 60 } }))

  const samples = await engine.store.history.recent('test/A', 10)
  const asked = { variant: null, timeoutS: 60 }
  expect(samples).toMatchObject([
    { slot: 'A/3/0', outcome: 'claimed', cause: null, remedy: null, memoryMiB: 128, ...asked },
    { slot: 'A/2/0', outcome: 'failed', cause: 'user-error', remedy: 'again', memoryMiB: 128, ...asked },
    { slot: 'A/1/0', outcome: 'failed', cause: 'out-of-memory', remedy: 'more-memory', memoryMiB: 64, ...asked },
  ])
})

test('history keeps no remedy of a failure that its sibling made good', async () => {
  const engine = rig(({ clone }) => ({ takesS: clone === 0 ? 1 : 5, ...(clone === 0 ? { fails: userError() } : {}) }))

  await engine.run(dag('A', { A: { clones: 2 } }))

  const failed = (await engine.store.history.recent('test/A', 10)).filter(({ outcome }) => outcome === 'failed')
  expect(failed).toMatchObject([{ slot: 'A/1/0', cause: 'user-error', remedy: null }])
})
