import { accountApi } from '#account/account-api.ts'
import { accountPorts, openAccountClients } from '#account/account-ports.ts'
import { accountLiveLogs } from '#account/live-logs.ts'
import { observed } from '#account/observed.ts'
import { readSettings } from '#account/settings.ts'
import { workPorts } from '#account/work-ports.ts'
import { createEventBridgeClient } from '#adapters/aws/aws-clients.ts'
import { createLogsClient } from '#adapters/aws/cloudwatch-client.ts'
import { deploymentFunctions } from '#contract/deployment.ts'

export const handler = observed({
  name: 'api',
  environment: process.env,
  make: (told) => {
    const settings = readSettings(told.environment, deploymentFunctions.api)
    const clients = {
      ...openAccountClients(told),
      events: told.traced(createEventBridgeClient()),
      logs: told.traced(createLogsClient()),
    }
    const ports = accountPorts(settings, clients, told)
    const { clock } = ports
    const { onError } = told
    return accountApi(
      { ...ports, ...workPorts(settings, clients, clock) },
      {
        s3: clients.s3,
        bucket: settings.bucket,
        onError,
        liveLogs: accountLiveLogs(clients, settings.deployment, { clock, onError }),
      },
    )
  },
  say: ({ httpMethod, path }, answer) => ({ httpMethod, path, status: answer?.statusCode }),
})
