import { packText } from '#adapters/aws/packed-text.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import { task, workflowOf } from '../../test/builders/dag.ts'
import { emulatedPool } from '../../test/builders/emulation.ts'
import { rig, roomy } from '../../test/builders/rig.ts'
import { from, leaves, numbers, over } from '../../test/operations/drawn.ts'

/** The longest text of each kind of row, and of a commit's events, as stored, in a run of this width. */
export async function longestTexts(width: number): Promise<Readonly<Record<string, number>>> {
  const store = new MemoryStore()
  const longest = new Map<string, number>()
  const saw = (run: string, kind: string, text: string): void => {
    longest.set(kind, Math.max(longest.get(kind) ?? 0, packText(run, text).byteLength))
  }
  const commit = store.rows.commit.bind(store.rows)
  store.rows.commit = async (run, changes, checks) => {
    for (const { kind, value } of changes) saw(run, kind, JSON.stringify(value))
    const said = changes.flatMap(({ kind, id, events }) => events.map((event) => ({ kind, id, version: 1, event })))
    saw(run, 'log', JSON.stringify(said))
    return commit(run, changes, checks)
  }
  //  A ─▶ B[0] … B[width − 1] ─▶ C
  const workflow = workflowOf([
    task('A', { outputs: leaves('out') }),
    task('B', { forEach: over({ n: numbers(width) }), inputs: { a: from('A.out') }, outputs: leaves('out') }),
    task('C', { inputs: { all: from('B.out') }, outputs: leaves('out') }),
  ])
  const room = { ...roomy, vcpus: 2_000, memoryMiB: 1_000_000 }
  const engine = rig(() => ({ takesS: 10, outputs: { out: 1 } }), {
    store,
    machine: room,
    pools: [emulatedPool('hot', { tier: 'hot', ...room })],
  })
  const run = await engine.submit(workflow)
  await engine.settle(run)
  return Object.fromEntries(longest)
}
