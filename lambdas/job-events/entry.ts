import { accountPorts, openAccountClients } from '#account/account-ports.ts'
import { observed } from '#account/observed.ts'
import { readSettings } from '#account/settings.ts'
import { deploymentFunctions } from '#contract/deployment.ts'
import { jobEventsHandler } from './handler.ts'

export const handler = observed({
  name: 'job-events',
  environment: process.env,
  make: (told) => {
    const settings = readSettings(told.environment, deploymentFunctions['job-events'])
    return jobEventsHandler(accountPorts(settings, openAccountClients(told), told), told.onError)
  },
  say: ({ Records }, answer) => ({
    messages: Records.length,
    failed: answer?.batchItemFailures.length ?? Records.length,
  }),
})
