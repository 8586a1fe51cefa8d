import { accountPorts, openAccountClients } from '#account/account-ports.ts'
import { accountCloneApi } from '#account/clone-api.ts'
import { observed } from '#account/observed.ts'
import { readSettings } from '#account/settings.ts'
import { createStsClient } from '#adapters/aws/aws-clients.ts'
import { deploymentFunctions } from '#contract/deployment.ts'

export const handler = observed({
  name: 'clone',
  environment: process.env,
  make: (told) => {
    const settings = readSettings(told.environment, deploymentFunctions.clone)
    const clients = { ...openAccountClients(told), sts: told.traced(createStsClient()) }
    return accountCloneApi(accountPorts(settings, clients, told), clients, settings, told.onError)
  },
  say: ({ path }, answer) => ({ path, status: answer?.statusCode }),
})
