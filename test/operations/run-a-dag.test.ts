import { expect, test } from 'vitest'
import { dag } from '../builders/dag.ts'
import { rig } from '../builders/rig.ts'

test('A -> B, A -> C, B -> D, C -> D runs each task once, after its predecessors', async () => {
  //     ┌─▶ B ─┐
  //  A ─┤      ├─▶ D
  //     └─▶ C ─┘
  const engine = rig(() => ({ takesS: 10 }))

  const run = await engine.run(dag('A -> B -> D, A -> C -> D'))

  expect(run).toMatchObject({ state: 'succeeded', makespanS: 30, counts: { committed: 4 } })
  expect(engine.started.toSorted()).toStrictEqual(['A/1/0', 'B/1/0', 'C/1/0', 'D/1/0'])
})
