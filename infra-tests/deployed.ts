import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { DescribeJobQueuesCommand, DescribeJobsCommand, type JobDetail } from '@aws-sdk/client-batch'
import { CloudWatchLogsClient, DescribeLogGroupsCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { GetQueueAttributesCommand, ListQueuesCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { inject } from 'vitest'
import { createSqsClient } from '#adapters/aws/aws-clients.ts'
import { createBatchClient } from '#adapters/aws/batch-client.ts'
import { BatchJobs } from '#adapters/aws/batch-jobs.ts'
import { remoteControlPlane } from '#client/remote-control-plane.ts'
import { signedRequests } from '#client/signed-requests.ts'
import type { ControlPlane } from '#contract/control-plane.ts'
import type { EventDocument, RunDocument, TaskDocument } from '#contract/run-document.ts'
import type { RunPolicy } from '#core/run/run.ts'
import { loadWorkflow } from '#local/load-workflow.ts'
import type { BatchKnobs } from './account/batch-knobs.ts'
import { credentials, region } from './account/emulated-account.ts'

/** What was deployed, and where. */
export const deployed = inject('deployed')

/** Opens the API to whoever is a principal of the account. */
export const authorise = signedRequests(region, async () => credentials)

/** The deployment, as front ends see it. */
export const controlPlane: ControlPlane = remoteControlPlane({ url: deployed.apiUrl, authorise })

/** Turns something at the endpoint of AWS Batch. */
export async function turn(knobs: BatchKnobs): Promise<boolean> {
  const { ok } = await fetch(deployed.knobsUrl, { method: 'POST', body: JSON.stringify(knobs) })
  return ok
}

/** Submits a workflow, given as a file's value or by its path. */
export async function submitted(
  workflow: object | string,
  { params = {}, policy = {} }: { readonly params?: Record<string, never>; readonly policy?: Partial<RunPolicy> } = {},
): Promise<string> {
  let file = workflow
  if (typeof file !== 'string') {
    const folder = mkdtempSync(join(deployed.folder, 'workflow-'))
    file = join(folder, 'workflow.json')
    writeFileSync(file, JSON.stringify({ apiVersion: 'forkcast/v1', ...(workflow as object) }))
  }
  const loaded = await loadWorkflow(file)
  if (!loaded.ok) throw new Error(`${file} is no workflow: ${JSON.stringify(loaded.error)}`)
  await controlPlane.upload(loaded.value.uploads)
  const run = await controlPlane.submit({
    workflow: loaded.value.workflow,
    params,
    policy: { cloning: true, hedging: true, ...policy },
  })
  if (!run.ok) throw new Error(JSON.stringify(run.error))
  return run.value.runId
}

/** The run with its tasks. */
export async function run(id: string): Promise<RunDocument & { readonly tasks: readonly TaskDocument[] }> {
  const found = await controlPlane.run(id, { tasks: true })
  if (!found.ok) throw new Error(JSON.stringify(found.error))
  return { ...found.value, tasks: found.value.tasks ?? [] }
}

/** Looks at a run until it is so. @throws with what stands still, and with what functions said, when that takes too long. */
export async function runUntil(
  id: string,
  isSo: (seen: RunDocument & { readonly tasks: readonly TaskDocument[] }) => boolean,
  withinS = 120,
) {
  const untilMs = performance.now() + withinS * 1000
  for (;;) {
    const seen = await run(id)
    if (isSo(seen)) return seen
    if (performance.now() > untilMs) {
      const tasks = seen.tasks.map(({ id: task, state, waitingFor, attempts }) => [
        task,
        state,
        waitingFor,
        attempts.at(-1),
      ])
      throw new Error(`${seen.state} after ${withinS} s: ${JSON.stringify(tasks)}\n${(await faults()).join('\n')}`)
    }
    await wait(250)
  }
}

/** The run once it has ended. @throws as above */
export async function ended(id: string, withinS = 120): ReturnType<typeof run> {
  const untilMs = performance.now() + withinS * 1000
  for (;;) {
    const fromMs = performance.now()
    const seen = await controlPlane.run(id, { tasks: false })
    const isOver = seen.ok && ['succeeded', 'failed', 'cancelled'].includes(seen.value.state)
    if (isOver || performance.now() > untilMs) return runUntil(id, () => isOver, 0)
    // To look at a wide run often would be most of its work.
    await wait(Math.max(1_000, 10 * (performance.now() - fromMs)))
  }
}

/** What functions told of that went wrong, since the account was deployed. */
export async function faults(): Promise<readonly string[]> {
  const client = new CloudWatchLogsClient({ endpoint: deployed.accountUrl, region, credentials })
  const { logGroups = [] } = await client.send(new DescribeLogGroupsCommand({}))
  const lines: string[] = []
  for (const { logGroupName } of logGroups) {
    const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName }))
    for (const { message = '' } of events) if (message.includes('"level":"ERROR"')) lines.push(message)
  }
  client.destroy()
  return lines
}

/** All events of a run, in their order. */
export async function eventsOf(id: string): Promise<readonly EventDocument[]> {
  const events: EventDocument[] = []
  for await (const event of controlPlane.events(id, { follow: false })) events.push(event)
  return events
}

/** A task, or an instance of one. */
export function taskOf({ tasks = [] }: Pick<RunDocument, 'tasks'>, id: string): TaskDocument {
  const task = tasks.find((one) => one.id === id)
  if (task === undefined) throw new Error(`no task ${id} among ${tasks.map((one) => one.id).join(', ')}`)
  return task
}

/** The text of an output of a run. */
export async function outputOf(id: string, name: string): Promise<string> {
  const path = await controlPlane.saveOutput(id, name, mkdtempSync(join(deployed.folder, 'output-')))
  if (!path.ok) throw new Error(JSON.stringify(path.error))
  return readFileSync(path.value, 'utf8')
}

/** Ids of jobs of a clone, as AWS Batch has them; a clone is named as in events, `clean[3]/1/0`. */
export async function jobsOf(id: string, clone: string): Promise<readonly JobDetail[]> {
  const client = createBatchClient({ endpoint: deployed.batchUrl, region, credentials })
  const starts = (await eventsOf(id)).filter((event) => event.type === 'slot.starting' && event.id === clone)
  const { jobQueues = [] } = await client.send(new DescribeJobQueuesCommand({}))
  const found = await new BatchJobs(
    client,
    jobQueues.map(({ jobQueueArn = '' }) => jobQueueArn),
  ).find(starts.map(({ data }) => data['job'] as string))
  const ids = found.map((job) => job.id)
  const { jobs = [] } = ids.length === 0 ? {} : await client.send(new DescribeJobsCommand({ jobs: ids }))
  client.destroy()
  return jobs
}

/**
 * Messages of a queue that a function took, and died with, come back after so many seconds: while one of the dispatch queue is away, nothing
 * is dispatched, for two minutes as it is deployed.
 */
export async function comesBackAfter(queue: 'Dispatch', seconds: number): Promise<void> {
  const client = createSqsClient({ endpoint: deployed.accountUrl, region, credentials })
  const { QueueUrls = [] } = await client.send(new ListQueuesCommand({}))
  const QueueUrl = QueueUrls.find((url) => url.includes(`Queues${queue}`) && !url.includes('DeadLetters'))
  if (QueueUrl === undefined) throw new Error(`no queue ${queue} among ${QueueUrls.join(', ')}`)
  await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: String(seconds) } }))
  client.destroy()
}

/** Waits until no function is at a message, or has one to take; timers that are set stay so. */
export async function untilNothingIsTaken(): Promise<void> {
  const client = createSqsClient({ endpoint: deployed.accountUrl, region, credentials })
  const { QueueUrls = [] } = await client.send(new ListQueuesCommand({}))
  const taken = QueueUrls.filter((url) => /Queues(Dispatch|JobEvents|Work)/.test(url) && !url.includes('DeadLetters'))
  if (taken.length !== 3) throw new Error(`three queues are taken from, not ${taken.join(', ')}`)
  // One that is done with a message may have sent another.
  for (let looks = 0; looks < 4; looks += 1) {
    for (const QueueUrl of taken) {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      )
      if (Object.values(Attributes).some((count) => count !== '0')) looks = 0
    }
    await wait(500)
  }
  client.destroy()
}
