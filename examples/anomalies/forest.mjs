// Scores each point by an isolation forest over its features. Started as an argument list, without a shell: all it needs is
// in its environment.
import { readJson, writeJson } from './json.mjs'
import { isolationScores } from './numerics/isolation-forest.mjs'
import { seededRandom } from './numerics/random.mjs'
import { quantile } from './numerics/robust.mjs'
import { significant } from './numerics/round.mjs'

const { EACH_FEATURES = '', OUTPUT_SCORES = '', TREES = '100', SEED = '1' } = process.env
const { name, excess, jump, localLevel, localScale } = readJson(EACH_FEATURES)

const points = excess.map((/** @type {number} */ z, /** @type {number} */ index) => [
  z,
  Math.abs(jump[index]),
  localLevel[index],
  localScale[index],
])
const scores = isolationScores(points, {
  trees: Number(TREES),
  sampleSize: 256,
  random: seededRandom(`${SEED}/${name}`),
})
const limit = Math.max(0.7, quantile(scores, 0.995))

writeJson(OUTPUT_SCORES, {
  name,
  limit: significant(limit, 4),
  isolated: scores.flatMap((score, index) => (score >= limit ? [{ index, score: significant(score, 4) }] : [])),
})
