import { measuredStore } from '#account/measured-store.ts'
import { observed } from '#account/observed.ts'
import { openRowClients, rowPorts } from '#account/row-ports.ts'
import { readSettings } from '#account/settings.ts'
import { deploymentFunctions } from '#contract/deployment.ts'
import { launchHandler } from './handler.ts'

export const handler = observed({
  name: 'launch',
  environment: process.env,
  make: (told) => {
    const ports = rowPorts(readSettings(told.environment, deploymentFunctions.launch), openRowClients(told))
    return launchHandler({ ...ports, store: measuredStore(ports.store, told.measure) })
  },
  say: ({ slot: { run, task, attempt, clone } }) => ({ run, task, attempt, clone }),
})
