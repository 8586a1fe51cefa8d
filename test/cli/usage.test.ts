import { describe, expect, it } from 'vitest'
import { FakeHost } from './fakes/fake-host.ts'

describe('a command line that is not understood', () => {
  it.each([
    ['rn flow.yaml', "unknown command 'rn'", 'did you mean run? see forkcast --help'],
    ['show --jsn', "unknown option '--jsn'", 'did you mean --json? see forkcast show --help'],
    ['run --json=all flow.yaml', "unknown option '--json=all'", 'see forkcast run --help'],
    ['run', "missing required argument 'file'", 'see forkcast run --help'],
    [
      'run a.yaml b.yaml',
      "too many arguments for 'run'. Expected 1 argument but got 2: a.yaml, b.yaml.",
      'see forkcast run --help',
    ],
    ['run --pools', "option '--pools <file>' argument missing", 'see forkcast run --help'],
    [
      'ls --limit many',
      "option '--limit <number>' argument 'many' is invalid. Write a whole number, such as 20.",
      'see forkcast ls --help',
    ],
    [
      'run flow.yaml --drain=-1',
      "option '--drain <seconds>' argument '-1' is invalid. Write seconds, such as 10, or a duration, such as 5m.",
      'see forkcast run --help',
    ],
    [
      'run flow.yaml -d --json=stream',
      "option '--json-stream' cannot be used with option '-d, --detach'",
      'see forkcast run --help',
    ],
    [
      'completion tcsh',
      "command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish.",
      'see forkcast completion --help',
    ],
    [
      'graph latest --format png',
      "option '--format <format>' argument 'png' is invalid. Allowed choices are terminal, mermaid, svg.",
      'see forkcast graph --help',
    ],
  ])('%s', async (words, message, fix) => {
    const host = new FakeHost()
    expect(await host.run(words)).toBe(2)
    expect(host.stderr.text).toBe(`✗ USAGE  ${message}\n  → ${fix}\n`)
    expect(host.stdout.text).toBe('')
  })
})

describe('what the terminal can show', () => {
  it('is coloured on a terminal, unless the user does not want it', async () => {
    const coloured = async (env: Record<string, string>, words = 'rn') => {
      const host = new FakeHost()
      host.stderr.asTerminal(80, 24)
      host.env = env
      await host.run(words)
      return host.stderr.text.includes('\u001b[')
    }
    expect(await coloured({})).toBe(true)
    expect(await coloured({ NO_COLOR: '' })).toBe(true)
    expect(await coloured({ NO_COLOR: '1' })).toBe(false)
    expect(await coloured({ TERM: 'dumb' })).toBe(false)
    expect(await coloured({}, 'rn --no-color')).toBe(false)
  })

  it.each([{ TERM: 'dumb' }, { LANG: 'C' }, { LC_ALL: 'POSIX', LANG: 'en_GB.UTF-8' }])(
    'is ASCII with %j',
    async (env) => {
      const host = new FakeHost()
      host.env = env
      await host.run('rn')
      expect(host.stderr.text).toBe("x USAGE  unknown command 'rn'\n  -> did you mean run? see forkcast --help\n")
    },
  )

  it('is more than ASCII where the locale says so, or nothing', async () => {
    for (const env of [{}, { LANG: 'C.UTF-8' }, { LC_ALL: '', LANG: 'de_DE.UTF-8' }]) {
      const host = new FakeHost()
      host.env = env
      await host.run('rn')
      expect(host.stderr.text).toContain('✗ USAGE')
    }
  })
})

describe('a fault', () => {
  it('is told with all that is known, and exits 1', async () => {
    const host = new FakeHost()
    host.openControlPlane = () => Promise.reject(new Error('disk full', { cause: new Error('no space left') }))
    expect(await host.run('ls')).toBe(1)
    expect(host.stderr.text).toMatch(/^forkcast met a fault of its own, or of this machine:\nError: disk full\n/)
    expect(host.stderr.text).toContain('no space left')
  })
})
