import { PutParameterCommand } from '@aws-sdk/client-ssm'
import { expect, inject, it, onTestFinished } from 'vitest'
import { createSsmClient } from '#adapters/aws/aws-clients.ts'
import { remoteControlPlane } from '#client/remote-control-plane.ts'
import type { SecretRef } from '#core/workflow/workflow.ts'
import { dag } from '../builders/dag.ts'
import { openDeployment } from './deployment.ts'
import { credentials, region } from './emulated-account.ts'

const value = 'correct horse'

it('a task has the secret that it names, and nobody sees it; one of a machine is refused at once', async () => {
  const ssm = createSsmClient({ endpoint: inject('miniStack'), region, credentials })
  const Name = '/forkcast/secrets/token'
  await ssm.send(new PutParameterCommand({ Name, Value: value, Type: 'SecureString', Overwrite: true }))
  ssm.destroy()
  const deployment = await openDeployment()
  onTestFinished(() => deployment.close())
  const control = remoteControlPlane({ url: deployment.url })
  const submit = (from: SecretRef) => {
    const run = { kind: 'shell', script: 'echo "it is $TOKEN"; test "${#TOKEN}" = 13' } as const
    const workflow = dag('A', { A: { run, secrets: { TOKEN: from } } })
    return control.submit({ workflow, params: {}, policy: { cloning: false, hedging: false } })
  }
  expect(await submit({ source: 'env', name: 'TOKEN' })).toMatchObject({
    ok: false,
    error: { code: 'SECRET-OF-MACHINE' },
  })
  const submitted = await submit({ source: 'ssm', name: Name })
  if (!submitted.ok) throw new Error(submitted.error.message)
  const { runId } = submitted.value
  const events: unknown[] = []
  for await (const event of control.events(runId, { follow: true })) {
    events.push(event)
    if (event.type === 'run.finished') break
  }
  const run = await control.run(runId, { tasks: true })
  expect(run).toMatchObject({ ok: true, value: { state: 'succeeded' } })
  const logs: unknown[] = []
  for await (const { text } of control.logs(runId, { follow: false })) logs.push(text)
  expect(logs).toStrictEqual(['it is ***\n'])
  expect(JSON.stringify([run, events])).not.toContain(value)
  await control.close({ drainS: 0 })
})
