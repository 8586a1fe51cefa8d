import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verbList } from '#cli/verb-list.ts'
import { FakeHost } from './fakes/fake-host.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'completion-'))
  writeFileSync(join(folder, 'flow.yaml'), '')
})
afterAll(() => rmSync(folder, { recursive: true }))

async function scriptFor(shell: string): Promise<string> {
  const host = new FakeHost()
  expect(await host.run(`completion ${shell}`)).toBe(0)
  expect(host.stderr.text).toBe('')
  return host.stdout.text
}

/** What bash offers for a line, whose last word is the one being typed. */
async function offered(line: string): Promise<readonly string[]> {
  const script = join(folder, 'forkcast.bash')
  writeFileSync(script, await scriptFor('bash'))
  const listed = JSON.stringify({ runs: [{ id: 'run_2', retryOf: 'run_0' }, { id: 'run_1' }] }, null, 2)
  const asked = `
    forkcast() { [ "$*" = 'ls --json' ] && cat <<'END'
${listed}
END
    }
    compopt() { :; }
    source ${script}
    COMP_WORDS=(${line
      .split(' ')
      .map((word) => `'${word}'`)
      .join(' ')})
    COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    _forkcast
    printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-u', '-c', asked], { cwd: folder, encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.split('\n').filter((word) => word !== '')
}

describe('completion in bash', () => {
  it.each([
    ['forkcast r', ['run', 'resume', 'retry']],
    ['forkcast --dir x ca', ['cancel']],
    ['forkcast run ', ['flow.yaml', 'forkcast.bash']],
    ['forkcast run fl', ['flow.yaml']],
    ['forkcast run flow.yaml --para', ['--param', '--params-file']],
    ['forkcast run --params-file fl', ['flow.yaml']],
    ['forkcast show ', ['latest', 'run_2', 'run_1']],
    ['forkcast cancel --reason why run_1', ['run_1']],
    ['forkcast show latest ', []],
    ['forkcast graph latest --format ', ['terminal', 'mermaid', 'svg']],
    ['forkcast completion z', ['zsh']],
    ['forkcast help ver', ['version']],
    ['forkcast --no-c', ['--no-color']],
  ] as const)('%s', async (line, words) => {
    expect((await offered(line)).toSorted()).toStrictEqual(words.toSorted())
  })
})

describe.each(['bash', 'zsh', 'fish'])('the script for %s', (shell) => {
  it('has every verb of the help, and none that is hidden', async () => {
    const script = await scriptFor(shell)
    for (const { name, hidden } of verbList) {
      const offers = { bash: `    ${name})`, zsh: `'${name}:`, fish: `-a ${name} -d` }[shell]
      expect({ name, there: script.includes(offers as string) }).toStrictEqual({ name, there: hidden !== true })
    }
  })

  it.skipIf(spawnSync(shell, ['-c', 'true']).status !== 0)('is one that the shell can read', async () => {
    const file = join(folder, `script.${shell}`)
    writeFileSync(file, await scriptFor(shell))
    expect(spawnSync(shell, ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
  })
})
