import { accountPorts, openAccountClients } from '#account/account-ports.ts'
import { observed } from '#account/observed.ts'
import { readSettings } from '#account/settings.ts'
import { deploymentFunctions } from '#contract/deployment.ts'
import { settleHandler } from './handler.ts'

export const handler = observed({
  name: 'settle',
  environment: process.env,
  make: (told) => {
    const settings = readSettings(told.environment, deploymentFunctions.settle)
    return settleHandler(accountPorts(settings, openAccountClients(told), told))
  },
  say: ({ attempts }) => ({ run: attempts[0]?.run, attempts: attempts.length }),
})
