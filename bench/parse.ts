/**
 * `npm run bench -- parse [rounds]`: from a text, or a value that code made, to the canonical workflow and its hash, with every
 * check of a file and the check of the graph. Each in a process of its own on one processor, so that peak memory is its own;
 * only the work is timed, neither the making of the input nor the loading of modules.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { canonicalHash } from '#core/hash.ts'
import { checkValue, parseWorkflow } from '#core/workflow/parse-workflow.ts'

interface Case {
  readonly tasks: number
  readonly rich: boolean
  readonly format: 'json' | 'yaml' | 'builder'
}

const cases: Readonly<Record<string, Case>> = {
  'JSON, 100,000 tasks': { tasks: 100_000, rich: false, format: 'json' },
  'JSON, 100,000 tasks with all that tasks have': { tasks: 100_000, rich: true, format: 'json' },
  'builder, 100,000 tasks': { tasks: 100_000, rich: false, format: 'builder' },
  'YAML, 10,000 tasks': { tasks: 10_000, rich: false, format: 'yaml' },
}

interface Told {
  readonly mib: number
  readonly parseMs: number
  readonly hashMs: number
  /** User and system time of both, those who collect garbage included. */
  readonly cpuMs: number
  readonly peakMiB: number
}

export async function bench([rounds = '3']: readonly string[]): Promise<void> {
  for (const name of Object.keys(cases)) {
    const all = Array.from({ length: Number(rounds) }, () => inProcess(name))
    const [first] = all.toSorted((a, b) => a.parseMs + a.hashMs - b.parseMs - b.hashMs)
    if (first === undefined) return
    const worst = Math.max(...all.map(({ parseMs, hashMs }) => parseMs + hashMs))
    const { mib, parseMs, hashMs, cpuMs, peakMiB } = first
    const sum = ((parseMs + hashMs) / 1000).toFixed(2)
    console.log(
      `${name} (${mib.toFixed(1)} MiB): ${sum} s (worst ${(worst / 1000).toFixed(2)}), of which hash ` +
        `${(hashMs / 1000).toFixed(2)}; CPU ${(cpuMs / 1000).toFixed(2)} s, peak ${Math.round(peakMiB)} MiB`,
    )
  }
}

function inProcess(name: string): Told {
  const words = [fileURLToPath(import.meta.url), name]
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' })) as Told
}

function play({ tasks, rich, format }: Case): Told {
  const value = workflowOf(tasks, rich)
  const text = format === 'builder' ? '' : format === 'json' ? JSON.stringify(value) : stringify(value)
  const before = process.cpuUsage()
  const started = performance.now()
  const parsed = format === 'builder' ? checkValue(value, 'bench') : parseWorkflow(text, { format, fileName: 'bench' })
  const parsedAt = performance.now()
  if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join('\n'))
  canonicalHash(parsed.value.workflow)
  const hashedAt = performance.now()
  const { user, system } = process.cpuUsage(before)
  return {
    mib: text.length / 1024 ** 2,
    parseMs: parsedAt - started,
    hashMs: hashedAt - parsedAt,
    cpuMs: (user + system) / 1000,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  }
}

/** Layers of 100 tasks, each after two of the layer before. */
function workflowOf(count: number, rich: boolean): object {
  const tasks: Record<string, object> = {}
  for (let at = 0; at < count; at += 1) {
    const needs = at < 100 ? [] : [`t${at - 100}`, `t${at - (at % 100 === 0 ? 99 : 101)}`]
    tasks[`t${at}`] = { run: ['/bin/true', String(at)], needs, ...(rich ? more(at) : {}) }
  }
  return { apiVersion: 'forkcast/v1', name: 'bench', code: 'none', tasks }
}

function more(at: number): object {
  return {
    ...(at < 100 ? {} : { inputs: { before: { from: `t${at - 100}.out` }, scale: { value: at } } }),
    outputs: { out: { path: 'out.json' } },
    env: { MODE: 'strict', INDEX: String(at) },
    resources: { vcpus: 1, memory: '512MiB' },
    retry: { limit: 3, backoff: '5s' },
    timeout: '10m',
    clones: 2,
    pool: { tier: 'warm', purchase: 'any' },
    estimate: { duration: '20s', memory: '300MiB' },
  }
}

const asked = cases[process.argv[2] ?? '']
if (asked !== undefined) process.stdout.write(JSON.stringify(play(asked)))
