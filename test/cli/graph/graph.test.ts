import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawnTasks } from '#cli/graph/drawn-task.ts'
import { laneRows } from '#cli/graph/lanes.ts'
import { layeredLayout } from '#cli/graph/layered-layout.ts'
import { taskGraph } from '#cli/graph/task-graph.ts'
import { terminalDrawing } from '#cli/graph/terminal-drawing.ts'
import { paint, type Look } from '#cli/terminal/look.ts'
import { asciiSymbols, symbols } from '#cli/terminal/symbols.ts'
import { ok } from '#core/result.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import { anomaliesRun } from '../fakes/documents.ts'
import { FakeControlPlane } from '../fakes/fake-control-plane.ts'
import { FakeHost } from '../fakes/fake-host.ts'
import { anomalies, task, workflow } from '../fakes/workflows.ts'

/** 'A -> B, A -> C': tasks without data, in the order of their names. */
function dag(edges: string): Workflow {
  const needs = new Map<string, string[]>()
  for (const edge of edges.split(',')) {
    const [from = '', to] = edge.split('->').map((name) => name.trim())
    needs.set(from, needs.get(from) ?? [])
    if (to !== undefined) needs.set(to, [...(needs.get(to) ?? []), from])
  }
  return workflow([...needs].map(([id, own]) => task(id, own)))
}

function drawn(flow: Workflow, ascii = false): string {
  const own = ascii ? asciiSymbols : symbols
  const look: Look = { colour: false, symbols: own, terminal: true, live: true }
  const graph = taskGraph(flow)
  return `\n${terminalDrawing(graph, drawnTasks(graph, null), own)
    .map((line) => paint(line, look))
    .join('\n')}\n`
}

describe('a graph in the terminal', () => {
  it('A -> B, B -> C is a column', () => {
    expect(drawn(dag('A -> B, B -> C'))).toBe(`
○  A
○  B  ← A
○  C  ← B
`)
  })

  it('a fan-out joins again where all its lanes end', () => {
    expect(drawn(dag('A -> B, A -> C, A -> D, B -> E, C -> E, D -> E'))).toBe(`
○      A
├─○    B  ← A
├─│─○  C  ← A
○ │ │  D  ← A
○─┴─┘  E  ← B, C, D
`)
  })

  it('a lane that is passed by keeps its line', () => {
    expect(drawn(dag('A -> C, A -> D, B -> C, B -> E, C -> F, E -> F, D -> F'))).toBe(`
○      A
├─○    D  ← A
│ │ ○  B
○─│─┤  C  ← A, B
│ │ ○  E  ← B
○─┴─┘  F  ← C, D, E
`)
  })

  it('needs nothing but ASCII', () => {
    expect(drawn(dag('A -> B, A -> C, B -> D, C -> D'), true)).toBe(`
*    A
+-*  B  <- A
* |  C  <- A
*-+  D  <- B, C
`)
  })

  it('lists very many tasks without lanes', () => {
    const wide = workflow([...Array.from({ length: 600 }, (_, index) => task(`t${index}`)), task('z', ['t1', 't2'])])
    expect(drawn(wide).trimEnd().split('\n').at(-1)).toBe('○  z     ← t1, t2')
  })
})

/** Tasks t0, t1, … of which each needs some of those before it. */
const acyclic = fc
  .array(fc.array(fc.nat({ max: 30 }), { maxLength: 4 }), { minLength: 1, maxLength: 30 })
  .map((picks) =>
    workflow(
      picks.map((before, index) =>
        task(`t${String(index).padStart(2, '0')}`, [
          ...new Set(before.filter((pick) => pick < index).map((pick) => `t${String(pick).padStart(2, '0')}`)),
        ]),
      ),
    ),
  )

describe('lanes', () => {
  it('put every task on one row, after all that it needs', () => {
    fc.assert(
      fc.property(acyclic, (flow) => {
        const rows = laneRows(taskGraph(flow))
        const place = new Map(rows.map(({ node }, index) => [node.id, index]))
        expect(place.size).toBe(flow.tasks.length)
        for (const { node } of rows) {
          for (const { from } of node.edges) expect(place.get(from)).toBeLessThan(place.get(node.id) ?? -1)
        }
      }),
    )
  })

  it('meet from row to row: a line that goes down comes from above on the next one', () => {
    fc.assert(
      fc.property(acyclic, (flow) => {
        const rows = laneRows(taskGraph(flow))
        for (const [index, { cells }] of rows.entries()) {
          const next = rows[index + 1]?.cells ?? []
          for (const [lane, cell] of cells.entries()) expect(next[lane]?.up ?? false).toBe(cell.down)
        }
      }),
    )
  })
})

describe('the layout of a picture', () => {
  const spacing = { boxHeight: 40, rowGap: 10, columnGap: 50, margin: 5 }

  it('leaves room between boxes, and leads every edge from left to right between its boxes', () => {
    fc.assert(
      fc.property(acyclic, (flow) => {
        const layout = layeredLayout(taskGraph(flow), () => 60, spacing)
        const boxes = [...layout.boxes.values()]
        for (const [index, a] of boxes.entries()) {
          expect(a.x).toBeGreaterThanOrEqual(spacing.margin)
          expect(a.y).toBeGreaterThanOrEqual(spacing.margin - 1)
          expect(a.x + a.width).toBeLessThanOrEqual(layout.width)
          expect(a.y + a.height).toBeLessThanOrEqual(layout.height)
          for (const b of boxes.slice(index + 1)) {
            expect(a.x !== b.x || Math.abs(a.y - b.y) >= spacing.boxHeight).toBe(true)
          }
        }
        for (const { from, to, points } of layout.edges) {
          const start = layout.boxes.get(from)!
          const end = layout.boxes.get(to)!
          expect(points[0]).toStrictEqual([start.x + start.width, start.y + start.height / 2])
          expect(points.at(-1)).toStrictEqual([end.x, end.y + end.height / 2])
          expect(points.every(([x], index) => index === 0 || x >= points[index - 1]![0])).toBe(true)
        }
      }),
    )
  })
})

describe('forkcast graph', () => {
  function world(): FakeHost {
    const host = new FakeHost()
    const control = new FakeControlPlane()
    host.control = ok(control)
    control.runDocuments = [anomaliesRun]
    control.definition = anomalies
    host.workflows.set('flow.yaml', ok({ workflow: anomalies, hash: 'cafe', uploads: [] }))
    return host
  }

  it('draws a file with what each task reads', async () => {
    const host = world()
    expect(await host.run('graph flow.yaml')).toBe(0)
    expect(host.stdout.text).toMatchInlineSnapshot(`
      "○  list
      ○  clean   each series  ← list.series
      ○  report  ← clean.cleaned
      "
    `)
  })

  it('draws a run with the state of each task, also of the last run', async () => {
    const host = world()
    expect(await host.run('graph latest')).toBe(0)
    expect(host.stdout.text).toMatchInlineSnapshot(`
      "✓  list    committed
      ✓  clean   each series, 2 of 2 committed  ← list.series
      ✓  report  committed  ← clean.cleaned
      "
    `)
  })

  it('writes Mermaid', async () => {
    const host = world()
    await host.run('graph flow.yaml --format mermaid')
    expect(host.stdout.text).toMatchInlineSnapshot(`
      "flowchart LR
        t0["list"]
        t1["clean<br/>each series"]
        t2["report"]
        t0 -->|"series"| t1
        t1 -->|"cleaned"| t2
      "
    `)
  })

  it('writes an SVG that stands alone, tells its content in words, and is readable on dark pages', async () => {
    const host = world()
    await host.run('graph latest --format svg')
    const text = host.stdout.text
    expect(text).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+"/)
    expect(text).toContain('<title id="title">anomalies</title>')
    expect(text).toContain(
      '<desc id="desc">3 tasks: list (committed); clean (committed) after list; report (committed) after clean. Critical path: list, clean, report.</desc>',
    )
    expect(text).toContain('@media (prefers-color-scheme: dark)')
    expect(text).not.toMatch(/href|url\((?!#tip\))|<script/)
  })

  it('refuses a picture that no one could read', async () => {
    const host = world()
    const many = workflow(Array.from({ length: 2001 }, (_, index) => task(`t${index}`)))
    host.workflows.set('many.yaml', ok({ workflow: many, hash: 'cafe', uploads: [] }))
    expect(await host.run('graph many.yaml --format svg')).toBe(2)
    expect(host.stderr.text).toContain('GRAPH-TOO-LARGE')
  })

  it('prints nodes and the critical path with --json', async () => {
    const host = world()
    await host.run('graph flow.yaml --json')
    expect(JSON.parse(host.stdout.text)).toStrictEqual({
      nodes: [
        { id: 'list', level: 0, edges: [], state: null },
        { id: 'clean', level: 1, edges: [{ from: 'list', kind: 'after', outputs: ['series'] }], state: null },
        { id: 'report', level: 2, edges: [{ from: 'clean', kind: 'after', outputs: ['cleaned'] }], state: null },
      ],
      criticalPath: ['list', 'clean', 'report'],
    })
  })
})
