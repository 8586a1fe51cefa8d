import { accountPorts, openAccountClients } from '#account/account-ports.ts'
import { askedMarket, openMarketClients } from '#account/market-views.ts'
import { observed } from '#account/observed.ts'
import { readSettings } from '#account/settings.ts'
import { workPorts } from '#account/work-ports.ts'
import { createEventBridgeClient } from '#adapters/aws/aws-clients.ts'
import { deploymentFunctions } from '#contract/deployment.ts'
import { workHandler } from './handler.ts'

export const handler = observed({
  name: 'work',
  environment: process.env,
  make: (told) => {
    const settings = readSettings(told.environment, deploymentFunctions.work)
    const clients = { ...openAccountClients(told), events: told.traced(createEventBridgeClient()) }
    const asked = openMarketClients(told)
    const ports = accountPorts(settings, clients, told, { market: (rows) => askedMarket(rows, asked, told) })
    return workHandler({ ...ports, ...workPorts(settings, clients, ports.clock) }, told.onError)
  },
  say: ({ Records }, answer) => ({
    messages: Records.length,
    failed: answer?.batchItemFailures.length ?? Records.length,
  }),
})
