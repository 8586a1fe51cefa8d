import { interpretedExecutions as create, type InterpretedExecutions } from '#adapters/local/interpreted-executions.ts'
import { slowEffect } from './cut-points.ts'

/** The executions of the product; that one was started is an effect. */
export function interpretedExecutions(...parameters: Parameters<typeof create>): InterpretedExecutions {
  const executions = create(...parameters)
  return {
    ...executions,
    start(name, input) {
      const tasks = input.tasks.map(({ task, attempt }) => `${task}/${attempt}`)
      return slowEffect(`execute ${tasks.join(' ')}`, () => executions.start(name, input))
    },
  }
}
