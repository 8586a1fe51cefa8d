import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files in the order that is told here: the first ones say most when they fail, `redeploy` takes the deployment away, and the last one
 * judges what all of them asked for.
 */
const order = [
  'stacks',
  'demo',
  'race',
  'policies',
  'commands',
  'job-events',
  'hostile',
  'repair',
  'redeploy',
  'deploy-verb',
  'permissions',
]

/** Runs scenarios one after another in their order. */
export class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification) => order.indexOf(basename(moduleId, '.test.ts'))
    const strange = files.find((file) => placeOf(file) < 0)
    if (strange !== undefined) throw new Error(`${strange.moduleId} has no place in the order of scenarios`)
    return files.toSorted((a, b) => placeOf(a) - placeOf(b))
  }
}
