import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const end = 'end'

/**
 * Runs a task that leaves so many bytes, zeros but for the last three, and one that reads them, with the real command line.
 * All that is not as it must be, in words: sizes and hashes as they are listed, as the reader saw them, and as they are.
 */
export function greatOutput(bytes: number): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'great-'))
  const forkcast = (...words: readonly string[]) =>
    spawnSync(process.execPath, [resolve('bin/forkcast.ts'), ...words], { cwd: folder, encoding: 'utf8' })
  try {
    writeFileSync(join(folder, 'flow.json'), JSON.stringify(flow(bytes)))
    const { status, stderr } = forkcast('run', 'flow.json', '-q')
    if (status !== 0) return [`the run ended with ${status}: ${stderr}`]
    const listed = JSON.parse(forkcast('outputs', 'latest', '--json').stdout) as Listed
    const { great, read } = listed.outputs
    const expected = `${bytes} ${hashOf(bytes)}`
    const found = {
      listed: `${great.bytes} ${great.sha256}`,
      read: readFileSync(read.path, 'utf8').trim(),
    }
    return Object.entries(found).flatMap(([how, what]) =>
      what === expected ? [] : [`${how}: ${what}, not ${expected}`],
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Listed {
  readonly outputs: Readonly<
    Record<'great' | 'read', { readonly path: string; readonly bytes: number; readonly sha256: string }>
  >
}

function flow(bytes: number): object {
  const tasks = {
    // A hole of the file system: no disk is filled by it.
    make: {
      run: `truncate -s ${bytes - end.length} "$OUTPUT_GREAT"; printf ${end} >> "$OUTPUT_GREAT"`,
      outputs: { great: { path: 'great.bin' } },
    },
    read: {
      run: 'echo "$(stat -c %s "$INPUT_GREAT") $(sha256sum < "$INPUT_GREAT" | cut -d" " -f1)" > "$OUTPUT_READ"',
      inputs: { great: { from: 'make.great' } },
      outputs: { read: { path: 'read.txt' } },
    },
  }
  const outputs = { great: { from: 'make.great' }, read: { from: 'read.read' } }
  return { apiVersion: 'forkcast/v1', name: 'great', code: 'none', tasks, outputs }
}

/** Worked out without the file. */
function hashOf(bytes: number): string {
  const hash = createHash('sha256')
  const zeros = Buffer.alloc(1024 ** 2)
  for (let left = bytes - end.length; left > 0; left -= zeros.length)
    hash.update(zeros.subarray(0, Math.min(left, zeros.length)))
  return hash.update(end).digest('hex')
}
