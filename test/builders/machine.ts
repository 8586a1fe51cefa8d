import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createSystemClock } from '#adapters/local/system-clock.ts'
import type { ControlPlane } from '#contract/control-plane.ts'
import type { RunDocument } from '#contract/run-document.ts'
import { newInEveryRun } from '#core/pools/chance.ts'
import type { LocalPools } from '#core/pools/emulation.ts'
import { parseRunId } from '#core/run/ids.ts'
import type { RunPolicy } from '#core/run/run.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import { localControlPlane } from '#local/control-plane.ts'
import { engineSeat } from '#local/engine-seat.ts'
import { openMachineEngine } from '#local/machine-engine.ts'
import { stateFiles } from '#local/state-files.ts'
import { checkRun } from '../invariants/check-run.ts'
import { emulatedPool } from './emulation.ts'
import { processesOf } from './processes-of.ts'

/** An engine with real processes over a state directory of its own, which is gone at the end of the test. */
export interface Machine extends AsyncDisposable {
  readonly dir: string
  readonly control: ControlPlane
  /** Submits, follows to the end, checks every invariant and that no process is left. */
  run(workflow: Workflow, policy?: Partial<RunPolicy>): Promise<RunDocument>
  /** The text of an output of the run. */
  output(run: string, name: string): Promise<string>
}

/** Four pools that start within milliseconds, so that races are many; a spot one that loses its third host. */
const quickPools: LocalPools = {
  machine: { vcpus: 2, memoryMiB: 4096, gpus: 0 },
  pools: [
    emulatedPool('hot-cpu', { tier: 'hot', vcpus: 1, spillsTo: ['warm-cpu', 'cold-cpu'] }),
    emulatedPool('warm-cpu', { startDelay: { kind: 'fixed', seconds: 0.01 }, spillsTo: ['cold-cpu'] }),
    emulatedPool('cold-cpu', { tier: 'cold', startDelay: { kind: 'fixed', seconds: 0.03 } }),
    emulatedPool('warm-cpu-spot', {
      purchase: 'spot',
      startDelay: { kind: 'fixed', seconds: 0.01 },
      reclaim: { kind: 'nth', nth: 3, afterS: 0.001 },
    }),
  ],
  timeScale: 1,
  seed: 1,
}

/** Opens an engine on this machine. */
export function machine(pools: LocalPools = quickPools): Machine {
  const dir = mkdtempSync(join(tmpdir(), 'forkcast-test-'))
  const engine = openMachineEngine({
    dir,
    pools,
    clock: createSystemClock(),
    chance: newInEveryRun(pools.seed ?? 1),
    inherit: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    secrets: { environment: () => undefined, folder: dir },
  })
  const control = localControlPlane({
    seat: engineSeat({ engine, storeFile: stateFiles(dir).store, onClose: (how) => engine.close(how) }),
    objectsFolder: stateFiles(dir).objects,
  })
  return {
    dir,
    control,
    async run(workflow, policy = {}) {
      const submitted = await control.submit({
        workflow,
        params: {},
        policy: { cloning: true, hedging: true, ...policy },
      })
      if (!submitted.ok) throw new Error(submitted.error.message)
      const { runId } = submitted.value
      for await (const event of control.events(runId, { follow: true })) void event
      const id = parseRunId(runId)
      if (id === undefined) throw new Error(`no run id: ${runId}`)
      const { store, objects } = engine.ports
      expect(await checkRun(store, objects, id, workflow)).toStrictEqual([])
      expect(processesOf(runId)).toStrictEqual([])
      const found = await control.run(runId, { tasks: true })
      if (!found.ok) throw new Error(found.error.message)
      return found.value
    },
    async output(run, name) {
      const outputs = await control.outputs(run)
      const found = outputs.ok ? outputs.value[name] : undefined
      if (found?.path === undefined) throw new Error(`run ${run} has no output ${name}`)
      return readFileSync(found.path, 'utf8')
    },
    async [Symbol.asyncDispose]() {
      await engine.close({ drainS: 0 })
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
