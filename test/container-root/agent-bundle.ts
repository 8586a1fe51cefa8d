import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildAgent } from '../../scripts/agent-bundle.ts'
import { lacking } from './bare-root.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A folder with `agent.mjs` and the folder `runtime`; empty where no containers can be made. */
    agentFolder: string
    /** Why not. */
    lacking: string | undefined
  }
}

/** Makes the bundle and the runtime folder that all containers of these tests start with. */
export async function setup(project: TestProject): Promise<() => void> {
  const why = lacking()
  project.provide('lacking', why)
  project.provide('agentFolder', '')
  if (why !== undefined) return () => undefined
  const folder = mkdtempSync(join(tmpdir(), 'forkcast-runtime-'))
  project.provide('agentFolder', folder)
  await buildAgent(folder)
  const { status, stderr } = spawnSync(process.execPath, ['scripts/agent-runtime.ts', join(folder, 'runtime')])
  if (status !== 0) throw new Error(stderr.toString())
  return () => rmSync(folder, { recursive: true, force: true })
}
