import { accountPorts, openAccountClients } from '#account/account-ports.ts'
import { observed } from '#account/observed.ts'
import { readSettings } from '#account/settings.ts'
import { soonerAgain } from '#account/sooner-again.ts'
import { deploymentFunctions } from '#contract/deployment.ts'
import { dispatchTimes } from '#contract/queues.ts'
import { dispatchHandler } from './handler.ts'

export const handler = observed({
  name: 'dispatch',
  environment: process.env,
  make: (told) => {
    const settings = readSettings(told.environment, deploymentFunctions.dispatch)
    const clients = openAccountClients(told)
    return soonerAgain(dispatchHandler(accountPorts(settings, clients, told), told.onError), {
      client: clients.sqs,
      queueUrl: settings.dispatchQueue,
      heldS: dispatchTimes.heldS,
      afterS: dispatchTimes.againS,
    })
  },
  say: ({ Records }) => ({ requests: Records.length }),
})
