import type { Digraph } from '#core/graph/graph.ts'

/**
 * The sets of nodes that can all reach each other, of more than one node or with an edge to itself: where the cycles
 * are. Each is sorted, and they by their smallest node. Tarjan with a stack of its own. O(V + E).
 */
export function cyclicComponents({ successors }: Digraph): readonly (readonly number[])[] {
  const size = successors.length
  const order = new Int32Array(size).fill(-1)
  const lowest = new Int32Array(size)
  const isOpen = new Uint8Array(size)
  const open: number[] = []
  const components: number[][] = []
  let visited = 0

  const enter = (node: number): Frame => {
    order[node] = visited
    lowest[node] = visited++
    isOpen[node] = 1
    open.push(node)
    return { node, next: 0 }
  }
  const lower = (node: number, to: number) => {
    lowest[node] = Math.min(lowest[node] as number, to)
  }

  for (let root = 0; root < size; root++) {
    if (order[root] !== -1) continue
    const path: Frame[] = [enter(root)]
    for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
      const { node } = frame
      const successor = successors[node]?.[frame.next++]
      if (successor !== undefined) {
        if (order[successor] === -1) path.push(enter(successor))
        else if (isOpen[successor] === 1) lower(node, order[successor] as number)
        continue
      }
      path.pop()
      const parent = path.at(-1)
      if (parent !== undefined) lower(parent.node, lowest[node] as number)
      if (lowest[node] !== order[node]) continue
      const component = open.splice(open.lastIndexOf(node))
      for (const member of component) isOpen[member] = 0
      if (component.length > 1 || successors[node]?.includes(node) === true) components.push(component)
    }
  }
  for (const component of components) component.sort((a, b) => a - b)
  return components.sort(([a], [b]) => (a as number) - (b as number))
}

interface Frame {
  readonly node: number
  next: number
}
