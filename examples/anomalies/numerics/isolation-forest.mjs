/**
 * @typedef {{ size: number }} Leaf
 * @typedef {{ feature: number, split: number, left: Tree, right: Tree }} Branch
 * @typedef {Leaf | Branch} Tree
 */

/**
 * Isolation forest (Liu, Ting, Zhou 2008): points that random splits isolate early are anomalous.
 * @param {readonly (readonly number[])[]} points one row of features a point
 * @param {{ trees: number, sampleSize: number, random: () => number }} options
 * @returns {number[]} a score in (0, 1) a point; about 0.5 is ordinary. O(trees * n * log sampleSize)
 */
export function isolationScores(points, { trees, sampleSize, random }) {
  const size = Math.min(sampleSize, points.length)
  const maxDepth = Math.ceil(Math.log2(Math.max(size, 2)))
  const forest = Array.from({ length: trees }, () => grow(sample(points, size, random), maxDepth, random))
  const typical = averagePath(size)
  return points.map((point) => {
    const mean = forest.reduce((sum, tree) => sum + pathLength(tree, point), 0) / trees
    return 2 ** (-mean / typical)
  })
}

/**
 * Mean path length of an unsuccessful search in a binary tree of `size` leaves; normalises depths.
 * @param {number} size
 */
export function averagePath(size) {
  if (size <= 1) return 0
  let harmonic = 0
  for (let k = 1; k < size; k += 1) harmonic += 1 / k
  return 2 * harmonic - (2 * (size - 1)) / size
}

/**
 * @param {readonly (readonly number[])[]} points
 * @param {number} size
 * @param {() => number} random
 */
function sample(points, size, random) {
  const pool = [...points]
  for (let index = 0; index < size; index += 1) {
    const other = index + Math.floor(random() * (pool.length - index))
    ;[pool[index], pool[other]] = [
      /** @type {readonly number[]} */ (pool[other]),
      /** @type {readonly number[]} */ (pool[index]),
    ]
  }
  return pool.slice(0, size)
}

/**
 * @param {readonly (readonly number[])[]} points
 * @param {number} depthLeft
 * @param {() => number} random
 * @returns {Tree}
 */
function grow(points, depthLeft, random) {
  const feature = Math.floor(random() * (points[0]?.length ?? 1))
  const column = points.map((point) => point[feature] ?? 0)
  const low = Math.min(...column)
  const high = Math.max(...column)
  if (depthLeft === 0 || points.length <= 1 || low === high) return { size: points.length }
  const split = low + (high - low) * random()
  return {
    feature,
    split,
    left: grow(
      points.filter((_, index) => (column[index] ?? 0) <= split),
      depthLeft - 1,
      random,
    ),
    right: grow(
      points.filter((_, index) => (column[index] ?? 0) > split),
      depthLeft - 1,
      random,
    ),
  }
}

/**
 * @param {Tree} tree
 * @param {readonly number[]} point
 */
function pathLength(tree, point) {
  let node = tree
  let depth = 0
  while ('feature' in node) {
    node = (point[node.feature] ?? 0) <= node.split ? node.left : node.right
    depth += 1
  }
  return depth + (leafPaths[node.size] ??= averagePath(node.size))
}

/** @type {number[]} */
const leafPaths = []
