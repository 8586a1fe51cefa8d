import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { LogBytes } from './bill.ts'

/** CloudWatch counts so much for each event beside its text (Amazon CloudWatch Logs quotas). */
const eventBytes = 26

/** What Lambda says of the start and the end of an invocation, in JSON and with a trace (AWS Lambda, system logs). */
const systemBytes = 150 + 440 + 2 * eventBytes

/** What API Gateway says of a request, in the standard fields. */
const accessBytes = 330 + eventBytes

/** Has an observed function say its lines, as Lambda would see them, and counts them. */
export async function logBytes(): Promise<LogBytes> {
  const program = `
    import { observed } from '#account/observed.ts'
    const handler = observed({
      name: 'launch',
      environment: { FORKCAST_DEPLOYMENT: 'forkcast' },
      make: ({ measure }) => async () => measure('ClonesStarted', 1),
      say: () => ({ run: 'run_80cf30cb1feb0560ff7b8c0c1bd80b33', task: 'clean[12]', attempt: 1, clone: 0 }),
    })
    await handler({}, {
      functionName: 'Forkcast-ControlPlane-Launch4E9C5D1C-k5SXYcDpUG0v',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:Forkcast-ControlPlane-Launch4E9C5D1C-k5SXYcDpUG0v',
      memoryLimitInMB: '512',
      awsRequestId: '6d68ca91-49c9-448d-89b8-7ca3e6dc66aa',
    })`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    env: {
      ...process.env,
      POWERTOOLS_TRACE_ENABLED: 'false',
      _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1',
    },
  })
  const [said = '', metrics = ''] = stdout.trim().split('\n')
  return {
    ofInvocation: systemBytes + Buffer.byteLength(said) + eventBytes,
    ofMetrics: Buffer.byteLength(metrics) + eventBytes,
    ofApiRequest: accessBytes,
  }
}
