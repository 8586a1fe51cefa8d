import { describe, expect, it } from 'vitest'
import type { PlanPreview } from '#contract/plan-preview.ts'
import { ok } from '#core/result.ts'
import { anomaliesRun, failedRun, mendedRun, pools } from './fakes/documents.ts'
import { FakeControlPlane } from './fakes/fake-control-plane.ts'
import { FakeHost } from './fakes/fake-host.ts'
import { Script, startMs } from './fakes/script.ts'
import { anomalies } from './fakes/workflows.ts'

/** What each verb prints, to be read: a file a verb, with the terminal's look and the pipe's below each other. */
const commands: Readonly<Record<string, readonly string[]>> = {
  init: ['init', 'init flows/race --template race'],
  validate: ['validate flow.yaml', 'validate missing.yaml'],
  plan: ['plan flow.yaml', 'plan flow.yaml clean', 'plan flow.yaml claen'],
  graph: ['graph flow.yaml', 'graph latest'],
  run: ['run flow.yaml', 'run -d flow.yaml', 'run flow.yaml -p window=many'],
  wait: ['wait', 'wait run_00000000'],
  ls: ['ls'],
  show: ['show', 'show latest clean[0]', 'show run_01m7zd8jk9dgk5hd29', 'show run_nothere', 'show latest claen'],
  logs: ['logs', 'logs latest nothere'],
  events: ['events'],
  outputs: ['outputs', 'outputs latest report', 'outputs latest reprot'],
  cost: ['cost'],
  cancel: ['cancel latest'],
  resume: ['resume -q'],
  retry: ['retry -q'],
  pools: ['pools'],
  limits: ['limits'],
  doctor: ['doctor'],
  version: ['version'],
}

function world(): FakeHost {
  const host = new FakeHost()
  const control = new FakeControlPlane()
  host.nowMs = startMs
  host.control = ok(control)
  host.workflows.set(
    'flow.yaml',
    ok({
      workflow: { ...anomalies, params: { window: { type: 'integer', default: 12 } } },
      hash: 'cafe',
      uploads: [],
    }),
  )
  host.checks = [
    { name: 'node', ok: true, found: '24.21.0', fix: '' },
    { name: 'disk', ok: false, found: '12 MiB free in .forkcast', fix: 'free some space' },
  ]
  control.runDocuments = [
    anomaliesRun,
    { ...failedRun, id: 'run_00000000' },
    { ...mendedRun, id: 'run_01m7zd8jk9dgk5hd29', workflow: 'a-workflow-whose-name-is-as-long-as-it-may-be' },
  ]
  control.definition = anomalies
  control.poolList = pools
  control.preview = preview
  control.eventDocuments = new Script()
    .submitted()
    .alone(0.2, 0.6, 'list', 'hot-cpu')
    .expanded(0.7, 'clean', 1)
    .ready(0.7, 'clean[0]')
    .attempt(0.7, 'clean[0]', 1, 2)
    .slot(0.7, 'clean[0]/1/0', 'hot-cpu')
    .starting(0.8, 'clean[0]/1/0', 'hot-cpu')
    .running(0.9, 'clean[0]/1/0')
    .claimed(3, 'clean[0]/1/0')
    .decided(3, 'clean[0]/1/0', 'won')
    .committed(3, 'clean[0]')
    .finished(4, 'succeeded').events
  control.logChunks = [
    { task: 'list', attempt: 1, clone: 0, stream: 'stdout', text: 'eight series\n' },
    { task: 'clean[0]', attempt: 1, clone: 0, stream: 'stderr', text: 'one gap\nfilled\n' },
  ]
  control.outputDocuments = {
    report: {
      path: `${host.cwd}/.forkcast/objects/runs/run_00000001/report/1/0/1/out/report.html`,
      bytes: 14_541,
      sha256: 'ab'.repeat(32),
    },
  }
  return host
}

const costUsd = { p50: 0.0002, p90: 0.0005 }
const preview: PlanPreview = {
  plan: {
    madeAtMs: startMs,
    placements: Object.fromEntries(
      ['list', 'clean', 'report'].map((task, index) => [
        task,
        {
          task,
          slots: [
            {
              kind: 'active',
              pool: 'hot-cpu',
              reason: 'best of the pools that fit',
              variant: null,
              resources: { vcpus: 1, memoryMiB: 512, gpus: 0 },
              timeoutS: null,
            },
          ],
          hedgeAfterS: index === 1 ? 4 : null,
          rank: 3 - index,
          onCriticalPath: true,
          predicted: {
            basis: index === 1 ? { kind: 'history', samples: 12 } : { kind: 'estimate' },
            durationS: { p50: 2, p90: 4, p99: 6 },
            memoryMiB: { p50: 100, p90: 200, p99: 300 },
          },
          reason: `hot-cpu: hot on-demand, starts in 0.1 s, done in about 2 s for ${costUsd.p50} USD; on the critical path`,
        },
      ]),
    ),
    criticalPath: ['list', 'clean', 'report'],
    predicted: { makespanS: { p50: 6, p90: 12 } },
    notes: ['start delays, prices and reclaims of the pools are emulated'],
  },
  costUsd: { p50: 0.0006, p90: 0.0015 },
  tasks: { list: { instances: 1, costUsd }, clean: { instances: null, costUsd }, report: { instances: 1, costUsd } },
}

/** Colours and the like as words: `<green>✓<off>`. */
const names: Readonly<Record<string, string>> = {
  '1': 'bold',
  '2': 'dim',
  '22': 'off',
  '31': 'red',
  '32': 'green',
  '33': 'yellow',
  '36': 'cyan',
  '39': 'off',
}
const readable = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- escape sequences are what is made readable
  text.replaceAll(/\u001b\[(\d+)m/g, (_, code: string) => `<${names[code] ?? code}>`).replaceAll('\u001b', '<esc>')

async function told(words: string, terminal: boolean): Promise<string> {
  const host = world()
  if (terminal) {
    host.stdout.asTerminal(80, 24)
    host.stderr.asTerminal(80, 24)
    // The live tree has tests of its own.
    host.env = { CI: 'true' }
  }
  const exitCode = await host.run(words)
  const parts = [
    `$ forkcast ${words}    ${terminal ? '# on a terminal of 80 columns' : '# into a pipe'}`,
    ...(host.stdout.text === '' ? [] : [host.stdout.text.trimEnd()]),
    ...(host.stderr.text === '' ? [] : ['-- standard error', host.stderr.text.trimEnd()]),
    `-- exit code ${exitCode}`,
  ]
  return readable(parts.join('\n'))
}

describe('what is printed', () => {
  it.each(Object.entries(commands))('by forkcast %s', async (verb, lines) => {
    const texts: string[] = []
    for (const words of lines) for (const terminal of [true, false]) texts.push(await told(words, terminal))
    await expect(`${texts.join('\n\n')}\n`).toMatchFileSnapshot(`golden/${verb}.txt`)
  })
})

describe('on a terminal of 40 columns', () => {
  it.each(['ls', 'show', 'outputs', 'plan flow.yaml'])('no id and no path is cut: %s', async (words) => {
    const host = world()
    host.stdout.asTerminal(40, 24)
    await host.run(words)
    const ids = ['ls', 'show'].includes(words)
      ? ['run_00000001']
      : words === 'outputs'
        ? ['.forkcast/objects/runs/run_00000001/report/1/0/1/out/report.html']
        : ['list', 'clean', 'report']
    for (const id of ids) expect(host.stdout.text).toContain(id)
  })
})
