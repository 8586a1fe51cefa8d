/**
 * The CDK app, started by `npx cdk`. Two overrides from outside:
 * `-c forkcast:deployment=NAME` (default `forkcast`) names one of several deployments in an account and region;
 * `-c forkcast:deletionProtection=true` makes the table refuse its deletion.
 */
import { App } from 'aws-cdk-lib/core'
import { DataStack } from '../lib/data-stack.ts'

const app = new App()
const deployment = override('deployment') ?? 'forkcast'

new DataStack(app, 'Data', {
  stackName: `${deployment}-data`,
  deployment,
  deletionProtection: isOn('deletionProtection'),
})

function override(key: string): string | undefined {
  const value: unknown = app.node.tryGetContext(`forkcast:${key}`)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isOn(key: string): boolean {
  const value = override(key) ?? 'false'
  if (value !== 'true' && value !== 'false') throw new Error(`-c forkcast:${key}=${value}: it is true or false`)
  return value === 'true'
}
