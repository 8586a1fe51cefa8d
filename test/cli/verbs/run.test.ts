import { describe, expect, it } from 'vitest'
import { ok } from '#core/result.ts'
import { anomaliesRun, failedRun, iso, pools } from '../fakes/documents.ts'
import { FakeControlPlane } from '../fakes/fake-control-plane.ts'
import { FakeHost } from '../fakes/fake-host.ts'
import { Script, startMs } from '../fakes/script.ts'
import { anomalies } from '../fakes/workflows.ts'

/** A host that knows `flow.yaml` and a control plane whose run tells this script. */
function world(script = succeeding(), run = anomaliesRun) {
  const host = new FakeHost()
  const control = new FakeControlPlane()
  host.nowMs = startMs
  host.control = ok(control)
  host.workflows.set(
    'flow.yaml',
    ok({
      workflow: {
        ...anomalies,
        params: { window: { type: 'integer', default: 12 }, mode: { type: 'string', default: 'lax' } },
      },
      hash: 'cafe',
      uploads: [{ sha256: 'ab', from: { file: 'rules.json' } }],
    }),
  )
  control.eventDocuments = script.events
  control.runDocuments = [run]
  control.poolList = pools
  control.outputDocuments = {
    report: { path: '/home/ada/flows/.forkcast/objects/report.html', bytes: 14_541, sha256: 'ab'.repeat(32) },
  }
  return { host, control }
}

function succeeding(): Script {
  return new Script()
    .submitted()
    .alone(0.2, 0.6, 'list', 'hot-cpu')
    .expanded(0.7, 'clean', 1)
    .ready(0.7, 'clean[0]')
    .attempt(0.7, 'clean[0]', 1, 2)
    .slot(0.7, 'clean[0]/1/0', 'hot-cpu')
    .slot(0.7, 'clean[0]/1/1', 'warm-cpu', 'standby')
    .held(0.7, 'clean[0]/1/0', 'capacity')
    .starting(0.8, 'clean[0]/1/0', 'hot-cpu')
    .running(0.9, 'clean[0]/1/0')
    .activated(2, 'clean[0]/1/1', 'later than 1.0 s')
    .starting(2.1, 'clean[0]/1/1', 'warm-cpu')
    .running(2.2, 'clean[0]/1/1')
    .claimed(3, 'clean[0]/1/1')
    .decided(3, 'clean[0]/1/1', 'won')
    .decided(3, 'clean[0]/1/0', 'lost')
    .committed(3, 'clean[0]')
    .alone(3.1, 4, 'report', 'hot-cpu')
    .finished(4, 'succeeded')
}

describe('forkcast run', () => {
  it('tells each transition in a line on standard error, and what it came to on standard output', async () => {
    const { host } = world()
    expect(await host.run('run flow.yaml')).toBe(0)
    expect(host.stderr.text).toMatchInlineSnapshot(`
      "12:00:00.000  run               anomalies submitted as run_00000001
      12:00:00.100  run               planned and running
      12:00:00.200  list/1/0          starting on hot-cpu
      12:00:00.200  list/1/0          running on hot-cpu
      12:00:00.600  list              committed
      12:00:00.700  clean             1 instance
      12:00:00.700  clean[0]/1/0      waiting for capacity on hot-cpu
      12:00:00.800  clean[0]/1/0      starting on hot-cpu
      12:00:00.900  clean[0]/1/0      running on hot-cpu
      12:00:02.000  clean[0]/1/1      called up on warm-cpu: later than 1.0 s
      12:00:02.100  clean[0]/1/1      starting on warm-cpu
      12:00:02.200  clean[0]/1/1      running on warm-cpu
      12:00:03.000  clean[0]/1/1      won on warm-cpu
      12:00:03.000  clean[0]/1/0      lost on hot-cpu
      12:00:03.000  clean[0]          committed
      12:00:03.100  report/1/0        starting on hot-cpu
      12:00:03.100  report/1/0        running on hot-cpu
      12:00:04.000  report            committed
      12:00:04.000  run               succeeded, $0.0021
      "
    `)
    expect(host.stdout.text).toMatchInlineSnapshot(`
      "✓ anomalies succeeded in 12.3s  run_00000001
        critical path  list 0.6s → clean[0] 5.4s (1.5s waiting, 1.7s starting) → report 6.3s
        races          2, won by cold-cpu 1, warm-cpu 1; the losers cost $0.0003 (14% of the cost)
        hedges called  clean[1] on warm-cpu, which won
        retries        clean[1] attempt 1: reclaimed: the same size, in warm-cpu (try 1 of 10)
        reclaims       clean[1] clone 0 on hot-cpu
        cost           $0.0021, of which $0.0003 wasted; prices are emulated
        outputs        report  14.2 KiB  .forkcast/objects/report.html
      next
        forkcast show latest   what ran where, and why
        forkcast cost latest   where the money went
        forkcast graph latest  the tasks and what they wait for
      "
    `)
  })

  it('writes nothing that colours or moves when nobody looks at a terminal', async () => {
    const { host } = world()
    await host.run('run flow.yaml')
    expect(host.stderr.text + host.stdout.text).not.toContain('\u001b')
  })

  it('uploads what the workflow needs, then submits it with its parameters and its policy', async () => {
    const { host, control } = world()
    await host.run('run flow.yaml -p window=24 -p mode=a=b --no-clones --no-hedges')
    expect(control.uploads).toStrictEqual([{ sha256: 'ab', from: { file: 'rules.json' } }])
    expect(control.submissions).toMatchObject([
      { params: { window: 24, mode: 'a=b' }, policy: { cloning: false, hedging: false } },
    ])
  })

  it('takes parameters from a file, and those of the command line before them', async () => {
    const { host, control } = world()
    host.files.set('params.json', '{"window": 6, "mode": "strict"}')
    await host.run('run flow.yaml --params-file params.json -p window=7')
    expect(control.submissions).toMatchObject([{ params: { window: 7, mode: 'strict' } }])
  })

  it.each([
    ['-p windw=3', 'there is no parameter `windw`', 'did you mean `window`?'],
    ['-p window=many', 'the parameter `window` cannot be `many`', 'such as -p window=12'],
    ['-p window', 'window is no name=value', 'write -p name=value'],
    ['--params-file none.json', 'there is no file none.json', 'check the path'],
  ])('refuses %s before anything is opened', async (words, message, fix) => {
    const { host } = world()
    expect(await host.run(`run flow.yaml ${words}`)).toBe(words.startsWith('--') ? 3 : 2)
    expect(host.stderr.text).toContain(message)
    expect(host.stderr.text).toContain(fix)
    expect(host.opened).toStrictEqual([])
  })

  it('opens an engine on the state directory, with the pools beside the workflow or those that are named', async () => {
    const { host } = world()
    await host.run('run flow.yaml --dir state --pools pools.yaml')
    expect(host.opened).toStrictEqual([{ dir: 'state', mode: 'engine', beside: 'flow.yaml', poolsFile: 'pools.yaml' }])
  })

  it('prints the run document alone with --json', async () => {
    const { host } = world()
    expect(await host.run('run --json flow.yaml')).toBe(0)
    expect(JSON.parse(host.stdout.text)).toStrictEqual(JSON.parse(JSON.stringify(anomaliesRun)))
  })

  it('prints each event on a line of its own with --json=stream, and nothing else', async () => {
    const { host, control } = world()
    await host.run('run --json=stream flow.yaml')
    const lines = host.stdout.text.trimEnd().split('\n')
    expect(lines.map((each) => JSON.parse(each) as unknown)).toStrictEqual(control.eventDocuments)
    expect(host.stderr.text).toBe('')
  })

  it('is silent with --quiet', async () => {
    const { host } = world()
    expect(await host.run('run flow.yaml --quiet')).toBe(0)
    expect(host.stderr.text + host.stdout.text).toBe('')
  })

  it('shows the last words of what failed, what was tried, and where to look on', async () => {
    const script = new Script().submitted().alone(0.2, 0.6, 'list', 'hot-cpu').finished(4, 'failed', 'clean[1] failed')
    const { host } = world(script, failedRun)
    expect(await host.run('run flow.yaml --quiet')).toBe(1)
    expect(host.stderr.text).toMatchInlineSnapshot(`
      "✗ clean[1] failed: user-error, exit code 1 on hot-cpu
          Traceback:
          ValueError: no such column
        attempt 1: reclaimed: the same size, in warm-cpu (try 1 of 10)
        attempt 2: user-error: no retries asked for
        → forkcast logs latest 'clean[1]'
        → forkcast show latest 'clean[1]'
        → forkcast retry latest  a new run that takes over what succeeded
      "
    `)
  })

  it('exits 7 when the run was cancelled', async () => {
    const { host } = world(succeeding(), { ...anomaliesRun, state: 'cancelled' })
    expect(await host.run('run flow.yaml --quiet')).toBe(7)
  })

  it('says in one line what keeps a submission from being taken, with its exit code', async () => {
    const { host, control } = world()
    control.refusal = {
      code: 'WF-PARAM',
      message: 'parameter mode is missing',
      fix: 'give it with -p mode=…',
      exitCode: 2,
    }
    expect(await host.run('run flow.yaml')).toBe(2)
    expect(host.stderr.text).toBe('✗ WF-PARAM  parameter mode is missing\n  → give it with -p mode=…\n')
    expect(control.closings).toStrictEqual([0])
  })
})

describe('Ctrl-C in forkcast run', () => {
  /** Signals at the given event, then the run stands still until the control plane is closed. */
  function interrupted(signals: readonly ('SIGINT' | 'SIGTERM')[]) {
    const { host, control } = world()
    const drained = Promise.withResolvers<void>()
    control.beforeEvent = (event) => {
      if (event.type === 'slot.activated') for (const signal of signals) host.signal(signal)
    }
    control.afterEvents = () => new Promise(() => {})
    control.onClose = (drainS) => {
      if (drainS === 0 || signals.length === 1) drained.resolve()
      return drained.promise
    }
    return { host, control }
  }

  it('drains once, prints how to go on, and exits 130', async () => {
    const { host, control } = interrupted(['SIGINT'])
    expect(await host.run('run flow.yaml --drain 3')).toBe(130)
    expect(control.closings[0]).toBe(3)
    expect(host.stderr.text).toContain('draining: no new starts, running clones get 3 s; again to stop now\n')
    expect(host.stderr.text).toContain('run_00000001 is interrupted; go on with  forkcast resume run_00000001\n')
    expect(host.stdout.text).toBe('')
  })

  it('stops now when it comes twice', async () => {
    const { host, control } = interrupted(['SIGINT', 'SIGINT'])
    expect(await host.run('run flow.yaml')).toBe(130)
    expect(control.closings.slice(0, 2)).toStrictEqual([10, 0])
  })

  it('exits 143 on SIGTERM', async () => {
    const { host } = interrupted(['SIGTERM'])
    expect(await host.run('run flow.yaml')).toBe(143)
  })

  it('stands even if the list of events breaks off with the control plane', async () => {
    const { host, control } = interrupted(['SIGINT'])
    control.afterEvents = () => Promise.reject(new Error('database is not open'))
    expect(await host.run('run flow.yaml')).toBe(130)
  })
})

describe('forkcast run on a terminal', () => {
  it('draws the tree in place, hides the cursor meanwhile, and leaves the last frame standing', async () => {
    const { host, control } = world()
    host.stderr.asTerminal(100, 20)
    host.env = { NO_COLOR: '1' }
    control.beforeEvent = (event) => {
      host.tickAt(Date.parse(event.at))
    }
    expect(await host.run('run flow.yaml')).toBe(0)
    const text = host.stderr.text
    expect(text.startsWith('\u001b[?25l')).toBe(true)
    expect(text.endsWith('\u001b[?25h')).toBe(true)
    expect(screenAfter(text)).toMatchInlineSnapshot(`
      "anomalies  run_00000001  succeeded  4.0s
      3 of 3 committed · $0.001 so far (prices are emulated)
      ✓ list    hot-cpu 0.4s
      ✓ clean   ×1  1 committed · races won by warm-cpu 1
          clean[0]  – hot-cpu lost 2.1s │ ✓ warm-cpu hedge won 0.8s
      ✓ report  hot-cpu 0.9s"
    `)
  })

  it('prints lines instead on a dumb terminal and in CI', async () => {
    for (const env of [{ TERM: 'dumb' }, { CI: 'true' }]) {
      const { host } = world()
      host.stderr.asTerminal(100, 20)
      host.env = { NO_COLOR: '1', ...env }
      await host.run('run flow.yaml')
      expect(host.stderr.text).not.toContain('\u001b')
      expect(host.stderr.text).toContain('running on hot-cpu')
    }
  })
})

/** What stands on a screen of any size after these writes; knows the sequences that are used here. */
function screenAfter(text: string): string {
  const screen: string[] = ['']
  let row = 0
  // eslint-disable-next-line no-control-regex
  for (const [, sequence, plain] of text.matchAll(/(\u001b\[\??\d*[A-Za-z]|\n|\r)|([^\u001b\n\r]+)/g)) {
    if (plain !== undefined) screen[row] = (screen[row] ?? '') + plain
    else if (sequence === '\n') row++
    else if (sequence?.endsWith('A')) row -= Number(sequence.slice(2, -1))
    else if (sequence === '\u001b[2K') screen[row] = ''
    else if (sequence === '\u001b[J') screen.length = row
  }
  return screen.join('\n')
}

describe('a state directory that another engine holds', () => {
  it('is a conflict, with what to do', async () => {
    const { host } = world()
    host.control = {
      ok: false,
      error: {
        code: 'ENGINE-ALIVE',
        message: 'another engine works on .forkcast',
        fix: 'wait for it to end',
        exitCode: 5,
      },
    }
    expect(await host.run('run flow.yaml')).toBe(5)
    expect(host.stderr.text).toBe('✗ ENGINE-ALIVE  another engine works on .forkcast\n  → wait for it to end\n')
  })
})

describe('forkcast resume', () => {
  it('goes on with the run and tells only what is new', async () => {
    const { host, control } = world()
    control.definition = anomalies
    host.nowMs = Date.parse(iso(3))
    expect(await host.run('resume latest')).toBe(0)
    expect(control.resumed).toStrictEqual(['latest'])
    expect(host.stderr.text).not.toContain('12:00:02')
    expect(host.stderr.text).toContain('12:00:04.000  run')
  })
})
