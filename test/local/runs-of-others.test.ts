import { expect, it } from 'vitest'
import { dag } from '../builders/dag.ts'
import { rig, type Rig } from '../builders/rig.ts'
import { leaves } from '../operations/drawn.ts'

//  A ─▶ B: the execution of B is lost on its way, and nobody is told
const workflow = dag('A -> B', { A: { outputs: leaves('out') } })

async function stuck(): Promise<Rig> {
  const engine = rig(() => ({ takesS: 5, outputs: { out: 1 } }))
  const { executions } = engine.engine.ports
  const start = executions.start.bind(executions)
  const lost = new Set<string>()
  executions.start = async (name, input) => {
    const isB = input.tasks.some(({ task }) => task === 'B')
    if (!isB || lost.has(input.run)) return start(name, input)
    lost.add(input.run)
    return 'started'
  }
  return engine
}

it('an engine watches over its own runs, and leaves those to be that nobody has resumed', async () => {
  const engine = await stuck()
  const ours = await engine.submit(workflow)
  const others = await engine.submit(workflow)
  await engine.settle(ours)
  await engine.settle(others)
  const before = await engine.log(others)

  engine.engine.keepWatch((run) => run === ours)
  await engine.clock.advance(30 * 60_000)

  expect((await engine.document(ours)).state).toBe('succeeded')
  expect((await engine.document(others)).state).toBe('running')
  expect(await engine.log(others)).toStrictEqual(before)
  await engine.engine.close({ drainS: 0 })
})
