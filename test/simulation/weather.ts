import type { Random } from '#core/random.ts'
import type { Chances, FaultType } from './faults.ts'
import type { WorldName } from './simulate.ts'

/** Least and greatest probability of each fault, of each occasion: a call, an event, a timer, a job … */
const ranges: Readonly<Record<FaultType, readonly [low: number, high: number]>> = {
  'commit conflict': [0.01, 0.3],
  'call rejected before it took effect': [0.0005, 0.01],
  'call rejected after it took effect': [0.0005, 0.01],
  'call delayed': [0.001, 0.05],
  'port down for a while': [0.0002, 0.002],
  'crash before a call': [0.0005, 0.01],
  'crash after a call': [0.0005, 0.01],
  'call of a dead process takes effect': [1, 1],
  'engine lost during recovery': [1, 1],
  'invocation repeated': [0.05, 0.5],
  'launch retried': [1, 1],
  'job event repeated': [0.1, 1],
  'job event dropped': [0.1, 1],
  'job event reordered': [1, 1],
  'job event delayed': [0.1, 0.6],
  'job event before its submission was answered': [0.1, 0.6],
  'timer early': [0.1, 0.6],
  'timer late': [0.1, 0.6],
  'timer twice': [0.1, 0.6],
  'timer dropped': [0.1, 0.6],
  'token answered twice': [0.1, 0.5],
  'job submitted twice': [0.1, 0.5],
  'reclaimed with exit code 143': [0.01, 0.3],
  'reclaimed with exit code 137': [0.01, 0.3],
  'reclaimed without exit code': [0.01, 0.3],
  'agent stands still past its lease': [0.02, 0.2],
  'agent does not end by itself': [0.05, 0.3],
  'agent does not hear that it is to end': [0.1, 0.5],
  'clock skewed': [0.1, 0.5],
  'clock steps back': [1, 1],
  'run cancelled': [1, 1],
}

/** Engines of a machine die with all that they hold, invocations of an account alone and so more often. */
const scale: Readonly<Record<WorldName, number>> = { machine: 0.1, account: 1 }
const scaled: ReadonlySet<FaultType> = new Set([
  'call rejected before it took effect',
  'call rejected after it took effect',
  'port down for a while',
  'crash before a call',
  'crash after a call',
])

/** Some of the faults, each as likely as was drawn: what hides behind one fault shows without it. */
export function drawWeather(random: Random, world: WorldName): Chances {
  const chances: Partial<Record<FaultType, number>> = {}
  for (const [type, [low, high]] of Object.entries(ranges) as [FaultType, readonly [number, number]][]) {
    const share = random.next()
    const drawn = low * (high / low) ** random.next()
    if (share < 0.4) chances[type] = scaled.has(type) ? drawn * scale[world] : drawn
  }
  return chances
}
