import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readProcess } from '#agent/process-table.ts'
import { AgentRig, failureOf, until } from './agent-rig.ts'

/** Goes on until it is killed, and writes its process id where the test finds it. */
const deaf = `trap '' TERM; echo $$ > "$READY.pid"; mv "$READY.pid" "$READY"; while :; do sleep 0.05; done`
const obedient = 'echo $$ > "$READY.pid"; mv "$READY.pid" "$READY"; exec sleep 60'

function isAlive(pid: number): boolean {
  return readProcess(pid)?.alive === true
}

function readyPid(rig: AgentRig): number {
  return Number(readFileSync(rig.ready, 'utf8'))
}

describe('a clone that is told to stop', () => {
  it('gets TERM, and reports that it was stopped', async () => {
    await using rig = new AgentRig()
    const { exit, report } = await rig.runUntilReady({ script: obedient }, { kind: 'stop', graceS: 10 })
    expect(exit).toMatchObject({ outcome: 'stopped', exitCode: 143 })
    expect(report?.ended).toStrictEqual({ kind: 'stopped' })
    expect(isAlive(readyPid(rig))).toBe(false)
  })

  it('gets KILL after the grace when it does not listen', async () => {
    await using rig = new AgentRig()
    const { exit } = await rig.runUntilReady({ script: deaf }, { kind: 'stop', graceS: 0.1 })
    expect(exit).toMatchObject({ outcome: 'stopped', exitCode: 137 })
    expect(isAlive(readyPid(rig))).toBe(false)
  })

  it('may finish what it does in its grace, but claims nothing', async () => {
    await using rig = new AgentRig()
    const { exit, report } = await rig.runUntilReady(
      {
        script: `trap 'echo tidy; exit 0' TERM; echo x > "$OUTPUT_A"; touch "$READY"; while :; do sleep 0.05; done`,
        outputs: { a: { path: 'a', type: 'file', optional: false } },
      },
      { kind: 'stop', graceS: 10 },
    )
    expect(exit).toMatchObject({ outcome: 'stopped', exitCode: 0 })
    expect(report?.ended).toStrictEqual({ kind: 'stopped' })
    expect(await rig.objects.size('runs/run_00000000/clean[3]/1/0/1/out/a')).toBeUndefined()
  })

  it('ends children that went to a group of their own, and those that are stopped', async () => {
    await using rig = new AgentRig()
    const script = `timeout 60 sleep 60 & echo $! > "$READY.pid"; kill -STOP $!; mv "$READY.pid" "$READY"; wait`
    const { exit } = await rig.runUntilReady({ script }, { kind: 'stop', graceS: 10 })
    expect(exit.outcome).toBe('stopped')
    expect(isAlive(readyPid(rig))).toBe(false)
  })

  it('ends between two steps as well', async () => {
    await using rig = new AgentRig()
    const controller = new AbortController()
    rig.lease = (assignment) => {
      controller.abort({ kind: 'stop', graceS: 1 })
      return { granted: true, fence: 1, renewEveryS: 40, assignment }
    }
    const { exit, report } = await rig.run({ script: 'touch "$READY"' }, { job: { signal: controller.signal } })
    expect(exit).toMatchObject({ outcome: 'stopped', exitCode: null })
    expect(report?.times).toMatchObject({ runningS: null, stagingOutS: null })
    expect(existsSync(rig.ready)).toBe(false)
  })
})

describe('a clone that is told to stop while its outputs are stored', () => {
  it('stores no further one and claims nothing', async () => {
    await using rig = new AgentRig()
    const controller = new AbortController()
    const stored: string[] = []
    const objects = rig.objectsWith({
      store: async (file: string, key: string) => {
        stored.push(key)
        controller.abort({ kind: 'stop', graceS: 1 })
        return await rig.objects.store(file, key)
      },
    })
    const { report } = await rig.run(
      {
        script: 'echo x > "$OUTPUT_A"; echo x > "$OUTPUT_B"',
        outputs: { a: { path: 'a', type: 'file', optional: false }, b: { path: 'b', type: 'file', optional: false } },
      },
      { job: { signal: controller.signal }, deps: { objects } },
    )
    expect(report?.ended).toStrictEqual({ kind: 'stopped' })
    expect(stored).toStrictEqual(['runs/run_00000000/clean[3]/1/0/1/out/a'])
  })
})

describe('a clone whose host is reclaimed', () => {
  it('is killed at once and says nothing', async () => {
    await using rig = new AgentRig()
    const script = `trap 'touch "$READY.term"' TERM; touch "$READY"; while :; do sleep 0.05; done`
    const { exit } = await rig.runUntilReady({ script }, { kind: 'reclaim' })
    expect(exit).toMatchObject({ outcome: 'reclaimed', exitCode: null })
    expect(rig.reports).toStrictEqual([])
    expect(existsSync(`${rig.ready}.term`)).toBe(false)
  })

  it('with notice gets TERM, then KILL, keeps its logs, and says so until it is heard', async () => {
    await using rig = new AgentRig()
    const controller = new AbortController()
    let answers = 0
    rig.answer = () => {
      answers += 1
      if (answers === 1) throw new Error('lost')
      return 'accepted'
    }
    const kept: unknown[] = []
    const ending = rig.run(
      { script: `trap 'touch "$READY.term"; exit 0' TERM; touch "$READY"; while :; do sleep 0.05; done` },
      {
        deps: { keepLogs: async (prefix) => void kept.push([prefix, rig.reports.length]) },
        job: { signal: controller.signal },
      },
    )
    await until(() => existsSync(rig.ready))
    controller.abort({ kind: 'reclaim', graceS: 5 })
    const ended = await ending
    expect(ended.exit).toMatchObject({ outcome: 'reclaimed', exitCode: null })
    expect(failureOf(ended)).toMatchObject({ cause: 'reclaimed', confidence: 'certain' })
    expect(answers).toBe(2)
    expect(existsSync(`${rig.ready}.term`)).toBe(true)
    expect(kept).toStrictEqual([['runs/run_00000000/clean[3]/1/0/1', 0]])
  })
})

describe('a clone whose engine ends', () => {
  it('gets TERM, then KILL, and says nothing', async () => {
    await using rig = new AgentRig()
    const { exit } = await rig.runUntilReady({ script: deaf }, { kind: 'interrupt', graceS: 0.1 })
    expect(exit).toMatchObject({ outcome: 'interrupted', exitCode: 137 })
    expect(rig.reports).toStrictEqual([])
  })

  it('is taken to be interrupted when the reason is not ours', async () => {
    await using rig = new AgentRig()
    const controller = new AbortController()
    const running = rig.run({ script: obedient }, { job: { signal: controller.signal } })
    await until(() => existsSync(rig.ready))
    controller.abort()
    expect((await running).exit.outcome).toBe('interrupted')
    expect(rig.reports).toStrictEqual([])
  })
})

describe('a command past its timeout', () => {
  it('gets TERM, and its attempt fails for that cause even if it ends well then', async () => {
    await using rig = new AgentRig()
    const ended = await rig.run({
      script: `trap 'exit 0' TERM; echo working >&2; while :; do :; done`,
      timeoutS: 0.2,
    })
    expect(failureOf(ended)).toStrictEqual({
      cause: 'timed-out',
      confidence: 'certain',
      exitCode: null,
      signal: null,
      evidence: 'timed out after 0.2 s\nworking',
    })
  })

  it('gets KILL when it ignores TERM, with all of its children', async () => {
    await using rig = new AgentRig()
    const script = `trap '' TERM; sh -c 'while :; do sleep 0.05; done' & ${deaf}`
    const ended = await rig.run({ script, timeoutS: 0.2 })
    expect(failureOf(ended).cause).toBe('timed-out')
    expect(ended.exit.exitCode).toBe(137)
    expect(isAlive(readyPid(rig))).toBe(false)
  })
})

describe('what a command leaves behind', () => {
  it('is ended before the outputs are taken: a child in the background', async () => {
    await using rig = new AgentRig()
    const ended = await rig.run({
      script: `sleep 60 & echo $! > "$READY"; echo x > "$OUTPUT_A"`,
      outputs: { a: { path: 'a', type: 'file', optional: false } },
    })
    expect(ended.exit.outcome).toBe('claimed')
    expect(isAlive(readyPid(rig))).toBe(false)
  })

  it('is ended before the outputs are taken: a child that does not listen', async () => {
    await using rig = new AgentRig()
    const script = `sh -c '${deaf.replaceAll("'", `'\\''`)}' & while ! test -e "$READY"; do sleep 0.01; done`
    const { exit } = await rig.run({ script })
    expect(exit.outcome).toBe('claimed')
    expect(isAlive(readyPid(rig))).toBe(false)
  })

  it('is ended before the outputs are taken: a child in a group of its own', async () => {
    await using rig = new AgentRig()
    const { exit } = await rig.run({ script: `timeout 60 sleep 60 & echo $! > "$READY"; sleep 0.1` })
    expect(exit.outcome).toBe('claimed')
    expect(isAlive(readyPid(rig))).toBe(false)
  })
})

describe('a command that floods a log', () => {
  it.each(['stdout', 'stderr'] as const)(
    'is ended, and its %s is cut with a last line that says so',
    async (stream) => {
      await using rig = new AgentRig()
      const script = stream === 'stdout' ? 'exec yes' : 'exec yes >&2'
      const ended = await rig.run({ script }, { deps: { logLimitMiB: 2 } })
      expect(failureOf(ended)).toMatchObject({
        cause: 'user-error',
        evidence: `wrote more than 2 MiB to ${stream}: write data to an output`,
      })
      const log = join(rig.root, 'objects', 'runs', 'run_00000000', 'clean[3]', '1', '0', '1', `${stream}.log`)
      expect(statSync(log).size).toBeLessThan(2 * 1024 ** 2 + 100)
      expect(ended[stream].slice(-60)).toContain(`[${stream} was cut here: more than 2 MiB]\n`)
    },
  )

  it('has failed even if it was quick enough to end by itself', async () => {
    await using rig = new AgentRig()
    const ended = await rig.run({ script: 'head -c 2097152 /dev/zero' }, { deps: { logLimitMiB: 1 } })
    expect(failureOf(ended).evidence).toBe('wrote more than 1 MiB to stdout: write data to an output')
    expect(ended.stdout.slice(1024 ** 2)).toBe('\n[stdout was cut here: more than 1 MiB]\n')
  })
})
