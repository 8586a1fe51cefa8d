import type { Edge } from '#core/graph/graph.ts'

/**
 * Whether any of `size` nodes waits for itself, at however many removes. Lists of numbers and no graph, since this is
 * all that is asked of nearly every workflow (Kahn). O(V + E).
 */
export function hasCycle(size: number, edges: readonly Edge[]): boolean {
  // The successors of a node are a list: its first edge, and after each edge the next one from the same node.
  const first = new Int32Array(size).fill(NO_EDGE)
  const following = new Int32Array(edges.length)
  const waitsFor = new Int32Array(size)
  for (const [index, { from, to }] of edges.entries()) {
    following[index] = first[from] as number
    first[from] = index
    waitsFor[to] = (waitsFor[to] as number) + 1
  }
  const free: number[] = []
  for (let node = 0; node < size; node++) if (waitsFor[node] === 0) free.push(node)
  let freed = 0
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    freed++
    for (let index = first[node] as number; index !== NO_EDGE; index = following[index] as number) {
      const { to } = edges[index] as Edge
      const left = (waitsFor[to] as number) - 1
      waitsFor[to] = left
      if (left === 0) free.push(to)
    }
  }
  return freed < size
}

const NO_EDGE = -1
