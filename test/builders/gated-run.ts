import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { vi } from 'vitest'
import type { RunDocument } from '#contract/run-document.ts'
import { processesOf } from './processes-of.ts'

/** How a process of the command line ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A process of the command line that follows a run. */
export interface Following {
  readonly child: ChildProcessWithoutNullStreams
  readonly run: string
  readonly end: Promise<Ended>
  /** Resolves once these words stand on its standard error. */
  readonly says: (words: string) => Promise<void>
}

/** Far longer than anything takes. */
export const patience = { timeout: 15_000, interval: 10 }

/**
 * A folder with workflows whose task `held` waits for a file of the workflow's name, whatever signal but KILL it gets. It
 * notes in `doubles` if it is started while another one of its kind lives.
 */
export class GatedRuns implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'gated-'))
  readonly state = join(this.folder, '.forkcast')
  readonly #children: ChildProcessWithoutNullStreams[] = []

  gate(name: string): string {
    return join(this.folder, `${name}.gate`)
  }

  open(name: string): void {
    writeFileSync(this.gate(name), '')
  }

  /** Writes a workflow: `before`, then `held`, then `after`. */
  workflow(name: string): string {
    const { folder } = this
    // A zombie has ended, whatever `kill -0` says.
    const before = `cut -d' ' -f3 "/proc/$(cat '${folder}/${name}.pid' 2>/dev/null)/stat" 2>/dev/null || true`
    const alone = `case "$(${before})" in [RSDTt]) echo "$$" >> '${folder}/doubles';; esac; echo "$$" > '${folder}/${name}.pid'`
    const held = `trap '' TERM INT; ${alone}; until [ -e '${this.gate(name)}' ]; do sleep 0.02; done; echo held > "$OUTPUT_X"`
    const x = { x: { path: 'x.txt' } }
    const tasks = {
      before: { run: 'echo before > "$OUTPUT_X"', outputs: x },
      held: { run: held, needs: ['before'], outputs: x, resources: { vcpus: 0.25 } },
      after: { run: 'cat "$INPUT_B" > "$OUTPUT_X"', inputs: { b: { from: 'held.x' } }, outputs: x },
    }
    const file = `${name}.json`
    const outputs = { x: { from: 'after.x' } }
    writeFileSync(join(folder, file), JSON.stringify({ apiVersion: 'forkcast/v1', name, code: 'none', tasks, outputs }))
    return file
  }

  start(
    words: readonly string[],
    options: { readonly nodeWords?: readonly string[] } = {},
  ): ChildProcessWithoutNullStreams {
    const child = spawn(process.execPath, [...(options.nodeWords ?? []), resolve('bin/forkcast.ts'), ...words], {
      cwd: this.folder,
    })
    this.#children.push(child)
    return child
  }

  async forkcast(...words: readonly string[]): Promise<Ended> {
    return ended(this.start(words))
  }

  /** Starts a verb that follows a run of this workflow, and waits until `held` is at work. */
  async following(...words: readonly string[]): Promise<Following> {
    const child = this.start(words)
    const end = ended(child)
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const says = (wanted: string): Promise<void> =>
      until(
        () => said.includes(wanted),
        () => `it said ${said}`,
      )
    await until(
      () => /held\/\d\/0 +running/.test(said),
      () => `it said ${said}`,
    )
    // `resume` and `retry` have it among their words.
    const [run = ''] = /run_[0-9a-z]+/.exec(`${words.join(' ')} ${said}`) ?? []
    await until(
      () => processesOf(run).length > 0,
      () => `no process of ${run}`,
    )
    return { child, run, end, says }
  }

  async show(run: string): Promise<RunDocument> {
    return JSON.parse((await this.forkcast('show', run, '--json')).stdout) as RunDocument
  }

  [Symbol.dispose](): void {
    for (const child of this.#children) child.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
  ])
  return { code, signal, stdout, stderr }
}

async function until(holds: () => boolean, otherwise: () => string): Promise<void> {
  await vi.waitFor(() => {
    if (!holds()) throw new Error(otherwise())
  }, patience)
}
