/** A stream of numbers that looks random and is wholly given by its seed. */
export interface Random {
  /** The next number, uniform in [0, 1). */
  next(): number
}

/** The stream of a seed: any text, hashed by FNV-1a into splitmix32. Equal seeds give equal streams. */
export function seededRandom(seed: string): Random {
  let state = fnv1a(seed)
  return {
    next: () => {
      state = (state + 0x9e3779b9) | 0
      let mixed = state ^ (state >>> 16)
      mixed = Math.imul(mixed, 0x21f0aaad)
      mixed ^= mixed >>> 15
      mixed = Math.imul(mixed, 0x735a2d97)
      mixed ^= mixed >>> 15
      return (mixed >>> 0) / 2 ** 32
    },
  }
}

/** A waiting time with this mean, memoryless: the time to the next event of a steady rate. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random.next())
}

/** A value of the lognormal with this median and 0.9 quantile. `p50` and `p90 / p50` are at least 0 and 1. */
export function lognormal(random: Random, p50: number, p90: number): number {
  if (p50 === 0 || p90 === p50) return p50
  const sigma = Math.log(p90 / p50) / normalP90
  return p50 * Math.exp(sigma * standardNormal(random))
}

/** The 0.9 quantile of the standard normal distribution. */
const normalP90 = 1.2815515655446004

/** Box–Muller, one value of the pair. */
function standardNormal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()))
  return radius * Math.cos(2 * Math.PI * random.next())
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash
}
