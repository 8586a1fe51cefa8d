import { accountPorts, openAccountClients } from '#account/account-ports.ts'
import { askedMarket, openMarketClients } from '#account/market-views.ts'
import { observed } from '#account/observed.ts'
import { readSettings } from '#account/settings.ts'
import { workPorts } from '#account/work-ports.ts'
import { createEventBridgeClient } from '#adapters/aws/aws-clients.ts'
import { deploymentFunctions } from '#contract/deployment.ts'
import { watchHandler } from './handler.ts'

export const handler = observed({
  name: 'watch',
  environment: process.env,
  make: (told) => {
    const settings = readSettings(told.environment, deploymentFunctions.watch)
    const clients = { ...openAccountClients(told), events: told.traced(createEventBridgeClient()) }
    const asked = openMarketClients(told)
    const ports = accountPorts(settings, clients, told, { market: (rows) => askedMarket(rows, asked, told) })
    return watchHandler({ ...ports, ...workPorts(settings, clients, ports.clock) })
  },
  say: (_, answer) => ({ active: answer?.active }),
})
