import { describe, expect, it } from 'vitest'
import type { Pool } from '#core/pools/pool.ts'
import { ok } from '#core/result.ts'
import { anomaliesRun, failedRun, pools, runDocument, taskDocument } from '../fakes/documents.ts'
import { FakeControlPlane } from '../fakes/fake-control-plane.ts'
import { FakeHost } from '../fakes/fake-host.ts'
import { Script } from '../fakes/script.ts'
import { anomalies } from '../fakes/workflows.ts'

function world() {
  const host = new FakeHost()
  const control = new FakeControlPlane()
  host.control = ok(control)
  control.runDocuments = [anomaliesRun, { ...failedRun, id: 'run_00000000' }]
  control.definition = anomalies
  control.poolList = pools
  return { host, control }
}

async function printed(words: string, prepare: (made: ReturnType<typeof world>) => void = () => {}): Promise<string> {
  const made = world()
  prepare(made)
  expect(await made.host.run(words)).toBe(0)
  return made.host.stdout.text
}

/** A JSON document without what JSON can't carry. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

describe('forkcast ls', () => {
  it('lists runs, newest first', async () => {
    expect(await printed('ls')).toMatchInlineSnapshot(`
      "RUN           WORKFLOW   STATE        SUBMITTED          TOOK  TASKS     COST
      run_00000001  anomalies  ✓ succeeded  2026-11-21 12:00  12.3s    5/5  $0.0021
      run_00000000  anomalies  ✗ failed     2026-11-21 12:00  12.3s    2/4  $0.0021
      "
    `)
  })

  it('says how to see more', async () => {
    const { host, control } = world()
    control.nextCursor = 'abc'
    await host.run('ls --limit 2')
    expect(host.stderr.text).toBe('more with  forkcast ls --after abc\n')
  })

  it('marks a run that is damaged, and says where to look', async () => {
    const { host, control } = world()
    control.runDocuments = [anomaliesRun, { ...failedRun, id: 'run_00000000', damage: 'object x is gone' }]
    expect(await host.run('ls')).toBe(0)
    expect(host.stdout.text).toContain('run_00000000  anomalies  ✗ failed     2026-11-21 12:00  12.3s    2/?  $0.0021')
    expect(host.stderr.text).toBe('✗ run_00000000 is damaged: object x is gone; see  forkcast show run_00000000\n')
  })

  it('prints {runs, nextCursor} with --json', async () => {
    const text = await printed('ls --json', ({ control }) => {
      control.nextCursor = 'abc'
    })
    expect(JSON.parse(text)).toStrictEqual(
      plain({ runs: [anomaliesRun, { ...failedRun, id: 'run_00000000' }], nextCursor: 'abc' }),
    )
  })

  it('says how to start where there are no runs', async () => {
    const { host, control } = world()
    control.runDocuments = []
    expect(await host.run('ls --dir other')).toBe(0)
    expect(host.stderr.text).toBe('no runs yet; start one with  forkcast run forkcast.yaml --dir other\n')
  })
})

describe('forkcast show', () => {
  it('shows the run and a row a task, predicted beside real', async () => {
    expect(await printed('show')).toMatchInlineSnapshot(`
      "anomalies  run_00000001  ✓ succeeded  12.3s  submitted 2026-11-21 12:00:00 UTC
      5 committed · $0.0021, $0.0003 of it wasted (prices are emulated)
      critical path  list 0.6s → clean[0] 5.4s (1.5s waiting, 1.7s starting) → report 6.3s

      TASK      STATE        ATTEMPT  CLONES  WON BY    PREDICTED  TOOK     COST  NOTE
      clean     ✓ committed
      clean[0]  ✓ committed        1       2  cold-cpu  1.0s–2.0s  2.0s  $0.0003  ec2 · critical
      clean[1]  ✓ committed        2       3  warm-cpu             1.0s  $0.0003  rds
      list      ✓ committed        1       1  hot-cpu              0.4s  $0.0001
      report    ✓ committed        1       1  hot-cpu              1.0s  $0.0001
      "
    `)
  })

  it('shows every attempt and clone of one instance, with reasons, times, use and evidence', async () => {
    expect(await printed('show latest clean[1]')).toMatchInlineSnapshot(`
      "clean[1]  ✓ committed  key rds
        needs        list
        attempt 1  ✗ failed: reclaimed
          then         another try in another place: the same size, in warm-cpu (try 1 of 10)
          clone 0  ✗ failed  on hot-cpu  reclaimed
            reason       hot-cpu starts at once and has room
            times        waiting 0.0s, starting 0.1s, staging in 0.0s, running 1.0s, staging out 0.0s
            used         cpu 0.9s, peak 48 MiB (exact), in 2.0 KiB, out 100 B, $0.0001
              Host EC2 (instance i-0) terminated.
        attempt 2  ✓ committed
          clone 0  – lost  on hot-cpu
            reason       hot-cpu starts at once and has room
            times        waiting 0.0s, starting 0.1s, staging in 0.0s, running 1.0s, staging out 0.0s
            used         cpu 0.9s, peak 48 MiB (exact), in 2.0 KiB, out 100 B, $0.0001
          clone 1  ✓ won  on warm-cpu  standby
            reason       hot-cpu starts at once and has room
            called up    later than 2.0 s
            times        waiting 0.0s, starting 0.1s, staging in 0.0s, running 1.0s, staging out 0.0s
            used         cpu 0.9s, peak 48 MiB (exact), in 2.0 KiB, out 100 B, $0.0001
      "
    `)
  })

  it('shows all instances of a task', async () => {
    const text = await printed('show latest clean')
    expect(text).toContain('clean[0]  ✓ committed  key ec2  on the critical path\n')
    expect(text).toContain('clean[1]  ✓ committed  key rds\n')
  })

  it('prints the run document with tasks, or tasks alone, with --json', async () => {
    expect(JSON.parse(await printed('show latest --json'))).toStrictEqual(plain(anomaliesRun))
    const tasks = anomaliesRun.tasks?.filter(({ id }) => id === 'list')
    expect(JSON.parse(await printed('show latest list --json'))).toStrictEqual(plain({ tasks }))
  })

  it('exits 3 for a run that is not there', async () => {
    const { host } = world()
    expect(await host.run('show run_09999999')).toBe(3)
    expect(host.stderr.text).toBe('✗ RUN-NOT-FOUND  there is no such run\n  → forkcast ls\n')
  })

  it('exits 3 for a task that is not there, and names the nearest one', async () => {
    const { host } = world()
    expect(await host.run('show latest clen[1]')).toBe(3)
    expect(host.stderr.text).toBe(
      "✗ TASK-NOT-FOUND  run_00000001 has no task clen[1]\n  → did you mean forkcast show run_00000001 'clean[1]'?\n",
    )
  })

  it('escapes what a task or a user wrote to steer the terminal', async () => {
    const text = await printed('show', ({ control }) => {
      const task = taskDocument('clean', { state: 'failed', error: 'bad\u001b]0;title\u0007\u202e\nthing' })
      control.runDocuments = [runDocument({ tasks: [task] })]
    })
    expect(text).toContain('bad\\u{202e}\\nthing')
    expect(text).not.toContain('\u001b')
  })
})

describe('forkcast events', () => {
  const script = new Script().submitted().alone(0.2, 0.6, 'list', 'hot-cpu').finished(1, 'succeeded')

  it('prints one line an event', async () => {
    expect(
      await printed('events', ({ control }) => {
        control.eventDocuments = script.events
      }),
    ).toMatchInlineSnapshot(`
      "2026-11-21T12:00:00.000Z  run               run.submitted     anomalies submitted as run_00000001
      2026-11-21T12:00:00.000Z  run               run.planning
      2026-11-21T12:00:00.100Z  run               run.started       planned and running
      2026-11-21T12:00:00.200Z  list              task.ready
      2026-11-21T12:00:00.200Z  list              attempt.started
      2026-11-21T12:00:00.200Z  list/1/0          slot.created
      2026-11-21T12:00:00.200Z  list/1/0          slot.starting     starting on hot-cpu
      2026-11-21T12:00:00.200Z  list/1/0          slot.leased       running on hot-cpu
      2026-11-21T12:00:00.600Z  list/1/0          slot.claimed
      2026-11-21T12:00:00.600Z  list/1/0          slot.decided
      2026-11-21T12:00:00.600Z  list              task.committed    committed
      2026-11-21T12:00:00.600Z  list/1/0          slot.billed
      2026-11-21T12:00:01.000Z  run               run.finished      succeeded, $0.0021
      "
    `)
  })

  it('prints {events} with --json and a document a line with --json=stream', async () => {
    const prepare = ({ control }: ReturnType<typeof world>) => {
      control.eventDocuments = script.events
    }
    expect(JSON.parse(await printed('events --json', prepare))).toStrictEqual(plain({ events: script.events }))
    const lines = (await printed('events -f --json=stream', prepare)).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toStrictEqual(plain(script.events))
  })
})

describe('forkcast outputs', () => {
  const outputDocuments = {
    report: { path: '/home/ada/flows/.forkcast/objects/report.html', bytes: 14_541, sha256: 'ab'.repeat(32) },
    table: { path: '/srv/state/table.csv', bytes: 12, sha256: 'cd'.repeat(32) },
  }

  it('lists names, sizes and paths, those below the working directory relative to it', async () => {
    expect(
      await printed('outputs', ({ control }) => {
        control.outputDocuments = outputDocuments
      }),
    ).toMatchInlineSnapshot(`
      "NAME        SIZE  SHA256        PATH
      report  14.2 KiB  abababababab  .forkcast/objects/report.html
      table       12 B  cdcdcdcdcdcd  /srv/state/table.csv
      "
    `)
  })

  it('prints {outputs} with --json', async () => {
    const text = await printed('outputs latest --json', ({ control }) => {
      control.outputDocuments = outputDocuments
    })
    expect(JSON.parse(text)).toStrictEqual({ outputs: outputDocuments })
  })
})

describe('forkcast cost', () => {
  it('tells results from lost races and failures, by pool and by task', async () => {
    expect(await printed('cost')).toMatchInlineSnapshot(`
      "anomalies  run_00000001  $0.0008; prices are emulated
      useful $0.0004, lost races $0.0003, failures $0.0001
      idle: not billed on this machine
      saved by racing: not known (the first clone was slower than nine in ten before it; there is no history of the task)

      POOL      CLONES   USEFUL  LOST RACES  FAILURES      ALL
      hot-cpu        5  $0.0002     $0.0003   $0.0001  $0.0006
      cold-cpu       1  $0.0001          $0        $0  $0.0001
      warm-cpu       1  $0.0001          $0        $0  $0.0001

      TASK    CLONES   USEFUL  LOST RACES  FAILURES      ALL
      clean        5  $0.0002     $0.0003   $0.0001  $0.0006
      list         1  $0.0001          $0        $0  $0.0001
      report       1  $0.0001          $0        $0  $0.0001
      "
    `)
  })

  it('adds up to the same in all three views', async () => {
    const { total, byPool, byTask } = JSON.parse(await printed('cost --json')) as {
      readonly total: object
      readonly byPool: Record<string, Record<string, number>>
      readonly byTask: Record<string, Record<string, number>>
    }
    for (const views of [byPool, byTask]) {
      for (const [name, whole] of Object.entries(total)) {
        const sum = Object.values(views).reduce((all, view) => all + (view[name] ?? NaN), 0)
        expect(sum).toBeCloseTo(whole as number, 12)
      }
    }
  })
})

describe('forkcast pools', () => {
  it('says that delays, prices and reclaims are emulated', async () => {
    expect(await printed('pools')).toMatchInlineSnapshot(`
      "POOL      TIER  CLASS  PURCHASE   HOLDS            START DELAY  $ VCPU/H  RECLAIMS/H  SPILLS TO
      hot-cpu   hot   cpu    on-demand  2 vCPU, 2.0 GiB         0.1s    $0.048           0  cold-cpu
      cold-cpu  cold  cpu    spot       2 vCPU, 2.0 GiB         2.0s    $0.016         0.5
      start delay, price and reclaims are emulated on this machine
      "
    `)
  })

  it('shows what is free where an engine tells it, and takes a pools file', async () => {
    const { host, control } = world()
    const room = { vcpus: 0.5, memoryMiB: 512, gpus: 0 }
    control.room = { pools: { 'hot-cpu': room, 'cold-cpu': room }, total: room }
    await host.run('pools --pools mine.yaml')
    expect(host.stdout.text).toContain('0.5 vCPU, 512.0 MiB\n')
    expect(host.opened).toStrictEqual([{ dir: '.forkcast', mode: 'read', poolsFile: 'mine.yaml' }])
  })
})

it('forkcast pools says what their hosts are where that is not this machine', async () => {
  const { host, control } = world()
  const [hot, cold] = pools as readonly [Pool, Pool]
  const ec2 = { ...hot, platform: { kind: 'EC2', hosts: [] }, emulated: false } as const
  control.poolList = [ec2, { ...cold, platform: { kind: 'FARGATE' }, emulated: false }]
  await host.run('pools')
  expect(host.stdout.text).toMatchInlineSnapshot(`
    "POOL      TIER  CLASS  PURCHASE   PLATFORM  HOLDS            START DELAY  $ VCPU/H  RECLAIMS/H  SPILLS TO
    hot-cpu   hot   cpu    on-demand  EC2       2 vCPU, 2.0 GiB         0.1s    $0.048           0  cold-cpu
    cold-cpu  cold  cpu    spot       Fargate   2 vCPU, 2.0 GiB         2.0s    $0.016         0.5
    "
  `)
})

describe('forkcast logs', () => {
  const chunks = [
    { task: 'clean[0]', attempt: 1, clone: 0, stream: 'stdout', text: 'one\ntw' },
    { task: 'clean[0]', attempt: 1, clone: 1, stream: 'stderr', text: '\u001b[31mred\u001b[0m\n' },
    { task: 'clean[0]', attempt: 1, clone: 0, stream: 'stdout', text: 'o\n50%\r100%\nlast' },
  ] as const

  function withLogs({ control }: ReturnType<typeof world>): void {
    control.logChunks = chunks
  }

  it('begins each line with its clone, and makes lines of pieces', async () => {
    expect(await printed('logs latest clean[0]', withLogs)).toBe(
      'clean[0]/1/0 | one\nclean[0]/1/1 ! \u001b[31mred\u001b[0m\nclean[0]/1/0 | two\nclean[0]/1/0 | 50%\r100%\nclean[0]/1/0 | last\n',
    )
  })

  it('lets no control sequence through to a terminal', async () => {
    const text = await printed('logs latest clean[0]', (made) => {
      withLogs(made)
      made.host.stdout.asTerminal(80, 24)
    })
    expect(text).toBe(
      'clean[0]/1/0 | one\nclean[0]/1/1 ! red\nclean[0]/1/0 | two\nclean[0]/1/0 | 100%\nclean[0]/1/0 | last\n',
    )
  })

  it('prints lines alone where there is one clone', async () => {
    const text = await printed('logs latest list', ({ control }) => {
      control.logChunks = [{ task: 'list', attempt: 1, clone: 0, stream: 'stdout', text: 'plain\n' }]
    })
    expect(text).toBe('plain\n')
  })

  it('prints each piece as JSON with --json', async () => {
    const lines = (await printed('logs latest clean[0] --json', withLogs)).trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toStrictEqual(plain(chunks))
  })

  it('does not hold a line without an end in memory', async () => {
    const text = await printed('logs latest list', ({ control }) => {
      const piece = { task: 'list', attempt: 1, clone: 0, stream: 'stdout', text: 'x'.repeat(60_000) } as const
      control.logChunks = [piece, piece]
    })
    expect(text).toBe(`${'x'.repeat(120_000)}\n`)
  })
})

describe('forkcast limits', () => {
  it('lists every bound and its reason', async () => {
    expect(await printed('limits')).toMatchInlineSnapshot(`
      "LIMIT    VALUE  UNIT    WHY
      tasks  100,000  tasks   planned and stored in seconds on one machine
      depth       64  levels  no workflow needs more
      "
    `)
  })
})

describe('forkcast version', () => {
  it('names the program, Node and the platform', async () => {
    expect(await printed('version')).toBe('forkcast 0.1.0, node v24.21.0, linux x64\n')
    expect(JSON.parse(await printed('version --json'))).toStrictEqual({
      forkcast: '0.1.0',
      node: 'v24.21.0',
      platform: 'linux x64',
    })
  })
})

describe('forkcast doctor', () => {
  const checks = [
    { name: 'node', ok: true, found: '24.21.0', fix: '' },
    { name: 'free disk', ok: false, found: '12 MiB', fix: 'free some space' },
  ]

  it('exits 1 and says how to mend what is missing', async () => {
    const { host } = world()
    host.checks = checks
    expect(await host.run('doctor')).toBe(1)
    expect(host.stdout.text).toBe('✓ node       24.21.0\n✗ free disk  12 MiB\n  → free some space\n')
  })

  it('exits 0 when nothing is missing', async () => {
    const { host } = world()
    host.checks = checks.slice(0, 1)
    expect(await host.run('doctor --json')).toBe(0)
    expect(JSON.parse(host.stdout.text)).toStrictEqual({ ok: true, checks: checks.slice(0, 1) })
  })
})

describe('forkcast cancel', () => {
  it('cancels the run that `latest` is, with the reason', async () => {
    const { host, control } = world()
    expect(await host.run('cancel latest')).toBe(0)
    expect(control.cancelled).toStrictEqual([{ run: 'run_00000001', reason: 'cancelled by the user' }])
    expect(host.stderr.text).toBe('run_00000001 is cancelled; see  forkcast show run_00000001\n')
  })

  it('is a conflict where the run has ended', async () => {
    const { host, control } = world()
    control.refusal = { code: 'RUN-ENDED', message: 'run_00000001 has ended', fix: 'start a new one', exitCode: 5 }
    expect(await host.run('cancel latest')).toBe(5)
  })
})

describe.each(['events', 'logs'])('forkcast %s -f', (verb) => {
  it.each([
    ['was interrupted says how to go on with it', 'interrupted', 1],
    ['is over says no more', 'failed', 0],
  ] as const)('of a run that %s', async (_, state, code) => {
    const { host, control } = world()
    control.runDocuments = [{ ...failedRun, id: 'run_00000000', state }]
    expect(await host.run(`${verb} -f latest`)).toBe(code)
    const resume = 'run_00000000 is interrupted; go on with  forkcast resume run_00000000'
    expect(host.stderr.text.includes(resume)).toBe(code === 1)
  })
})
