import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { checkState } from '../invariants/check-state.ts'

/** What a machine answers that takes no more. */
export const refusals = ['ENOSPC', 'EMFILE', 'EACCES', 'EROFS', 'SQLITE_FULL'] as const

/** Of one run on a machine that refuses every write from the n-th on. */
export interface Refused {
  /** `false`: the run ended before there were so many. */
  readonly reached: boolean
  /** All that is not as it must be: a problem with a name and a fix, and a run that goes on after the repair. */
  readonly breaches: readonly string[]
}

/** Two tasks, then the same state directory on a machine that is well again. */
export async function refusedAt(code: (typeof refusals)[number], n: number): Promise<Refused> {
  const folder = mkdtempSync(join(tmpdir(), 'refused-'))
  const forkcast = (words: readonly string[], failing = '') => {
    const preload = failing === '' ? [] : ['--import', resolve('test/bin/fixtures/failing-disk.ts')]
    const env = { ...process.env, FAILING_DISK: failing }
    return spawnSync(process.execPath, [...preload, resolve('bin/forkcast.ts'), ...words], {
      cwd: folder,
      env,
      encoding: 'utf8',
    })
  }
  try {
    writeFileSync(join(folder, 'flow.json'), JSON.stringify(flow))
    const { status, stderr } = forkcast(['run', 'flow.json', '-q'], `${code} ${n}`)
    if (status === 0) return { reached: false, breaches: [] }
    const breaches: string[] = []
    if (status !== 1) breaches.push(`it ended with ${status}`)
    // The engine stops with a problem of the machine, or goes on, and a task fails for a cause of the list.
    if (!/✗ (?:[A-Z-]+ {2}.*\n|[ab] failed: [a-z-]+ [^]*) {2}→ ./.test(stderr))
      breaches.push(`nothing is named, with a fix: ${stderr}`)
    if (!stderr.includes(fixes[code])) breaches.push(`nobody learns that he has to ${fixes[code]}: ${stderr}`)
    if (/\n\s+at /.test(stderr)) breaches.push(`a stack is shown: ${stderr}`)
    const [, verb] = /forkcast (resume|retry) (?:run_|latest)/.exec(stderr) ?? []
    const words = verb === undefined ? ['run', 'flow.json', '-q'] : [verb, 'latest', '-q']
    const again = forkcast(words)
    if (again.status !== 0) breaches.push(`${words.join(' ')} ended with ${again.status}: ${again.stderr}`)
    return { reached: true, breaches: [...breaches, ...(await checkState(join(folder, '.forkcast')))] }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

/** What mends each, as it is said. */
const fixes: Readonly<Record<(typeof refusals)[number], string>> = {
  ENOSPC: 'free some space',
  EMFILE: 'raise the limit',
  EACCES: 'change the permissions',
  EROFS: 'mount it for writing',
  SQLITE_FULL: 'free some space',
}

const outputs = { x: { path: 'x.txt' } }
/** What the machine's own failures wait for between tries. */
const retry = { limit: 0, backoff: '10ms' }
const flow = {
  apiVersion: 'forkcast/v1',
  name: 'f',
  code: 'none',
  tasks: {
    a: { run: 'echo 1 > "$OUTPUT_X"', outputs, retry },
    b: { run: 'cat "$INPUT_A" > "$OUTPUT_X"', inputs: { a: { from: 'a.x' } }, outputs, retry },
  },
}
