/**
 * The CDK app, started by `npx cdk`. What can be chosen are overrides `-c forkcast:NAME=VALUE`, listed in `lib/overrides.ts`.
 */
import { App } from 'aws-cdk-lib/core'
import { addDeployment } from '../lib/deployment.ts'
import { readOverrides } from '../lib/overrides.ts'

const app = new App()
addDeployment(
  app,
  readOverrides((name) => app.node.tryGetContext(name) as unknown),
)
