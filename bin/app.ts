/**
 * The CDK app, started by `npx cdk`. What can be chosen are overrides `-c forkcast:NAME=VALUE`, listed in `lib/overrides.ts`.
 */
import { fileURLToPath } from 'node:url'
import { App } from 'aws-cdk-lib/core'
import cdk from '../cdk.json' with { type: 'json' }
import { addDeployment } from '../lib/deployment.ts'
import { readOverrides, refuseOthers } from '../lib/overrides.ts'

/** In the package this is built JavaScript, and so is what lies beside it. */
const built = new URL(import.meta.url.endsWith('.ts') ? '../dist/deploy/' : './', import.meta.url)

const app = new App({ context: cdk.context })
refuseOthers(Object.keys(app.node.getAllContext() as object))
addDeployment(
  app,
  readOverrides((name) => app.node.tryGetContext(name) as unknown, fileURLToPath(built)),
)
