import type { TaskGraph } from '#cli/graph/task-graph.ts'
import { frame, predicted } from '#cli/live/frame.ts'
import { RunView } from '#cli/live/run-view.ts'
import { transition } from '#cli/live/transition.ts'
import type { Shell } from '#cli/shell.ts'
import { line, type Line } from '#cli/terminal/line.ts'
import { LiveRegion } from '#cli/terminal/live-region.ts'
import type { EventDocument } from '#contract/run-document.ts'
import type { Plan } from '#core/planning/plan.ts'

/** Shows a run while it goes on. */
export interface Progress {
  event(document: EventDocument): Promise<void> | void
  /** The plan, once it is made. */
  planned(plan: Plan): void
  /** A word to the user beside the run. */
  notice(text: string): void
  /** Leaves the screen as a reader wants to find it. */
  end(): void
}

/** Nothing is shown but words to the user. */
export function quietProgress(shell: Shell): Progress {
  return { event: () => {}, planned: () => {}, notice: (text) => shell.notes([line(text)]), end: () => {} }
}

/** Each event as one JSON line on standard output; events before `sinceMs` are known already. */
export function streamProgress(shell: Shell, sinceMs: number): Progress {
  return {
    ...quietProgress(shell),
    event: async (document) => {
      if (Date.parse(document.at) >= sinceMs) await shell.jsonLine(document)
    },
  }
}

/** One line a transition on standard error; events before `sinceMs` are known already. */
export function lineProgress(shell: Shell, sinceMs: number): Progress {
  const view = new RunView()
  return {
    event: (document) => {
      view.apply(document)
      if (Date.parse(document.at) < sinceMs) return
      const words = transition(document, view)
      if (words !== undefined) shell.notes([words])
    },
    planned: (plan) => shell.notes(planLines(plan, shell)),
    notice: (text) => shell.notes([line(text)]),
    end: () => {},
  }
}

function planLines(plan: Plan, { err: { symbols } }: Shell): readonly Line[] {
  const path = plan.criticalPath.join(` ${symbols.to} `)
  const words = [`${predicted(plan, symbols)}, critical path ${path}`, ...plan.notes]
  return words.map((text) => line(`plan: ${text}`, 'dim'))
}

const frameMs = 100

/** The tree, redrawn in place at most ten times a second. */
export function treeProgress(shell: Shell, graph: TaskGraph, emulated: boolean): Progress {
  const { host, err } = shell
  const view = new RunView()
  const region = new LiveRegion(host.stderr, err)
  const notices: Line[] = []
  let plan: Plan | null = null
  let restUntilMs = 0
  const draw = () => {
    const startMs = host.now()
    const height = region.height - notices.length
    const picture = { view, graph, plan, emulated, nowMs: startMs, symbols: err.symbols, width: region.width, height }
    region.draw([...frame(picture), ...notices])
    // A run of very many tasks must not spend its time on being drawn.
    const endMs = host.now()
    restUntilMs = endMs + (endMs - startMs) * 9
  }
  const stop = host.every(frameMs, () => {
    if (host.now() >= restUntilMs) draw()
  })
  return {
    event: (document) => view.apply(document),
    planned: (made) => {
      plan = made
    },
    notice: (text) => {
      notices.push(line(text, 'wait'))
      draw()
    },
    end: () => {
      stop()
      draw()
      region.end()
    },
  }
}
