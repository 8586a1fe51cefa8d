import { expect, test } from 'vitest'
import { dag } from '../builders/dag.ts'
import { rig } from '../builders/rig.ts'
import { from, leaves, numbers, over } from './drawn.ts'

test('2,000 instances in twenty waves are all there, once', async () => {
  //  A ─▶ B[2000] ─▶ C
  const workflow = dag('A, B, C', {
    A: { outputs: leaves('list') },
    B: { forEach: over({ n: 'A.list' }), outputs: leaves('out') },
    C: { inputs: { all: from('B.out') } },
  })
  let gathered = 0
  const engine = rig(({ task }, { variables }) => {
    for (const { value } of variables) if (value.kind === 'gather') gathered = value.items.length
    return { takesS: 10, outputs: { list: numbers(2_000), out: task } }
  })

  const run = await engine.run(workflow)

  expect(run).toMatchObject({ state: 'succeeded', counts: { committed: 2_002 }, makespanS: (1 + 20 + 1) * 10 })
  expect(gathered).toBe(2_000)
  expect(engine.started).toHaveLength(2_002)
})
