import {
  type EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge'
import { GetQueueUrlCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { JobEvent } from '#local/batch/events/job-event.ts'

interface Rule {
  readonly pattern: string
  readonly queueUrls: readonly string[]
}

/** Rules are taken to be as they were read for so long. */
const readEveryMs = 2_000

/**
 * Takes events of AWS Batch the way that they go in AWS, where only that service may put them on a bus: the pattern of every rule that is
 * deployed is tried by EventBridge itself, and what matches goes to the queues that are targets of the rule.
 */
export function jobEventRules(events: EventBridgeClient, sqs: SQSClient): (event: JobEvent) => Promise<void> {
  let read: { readonly rules: Promise<readonly Rule[]>; readonly atMs: number } | undefined
  return async (event) => {
    if (read === undefined || performance.now() - read.atMs > readEveryMs) {
      read = { rules: rulesOf(events, sqs), atMs: performance.now() }
    }
    const text = JSON.stringify(event)
    for (const { pattern, queueUrls } of await read.rules) {
      const { Result } = await events.send(new TestEventPatternCommand({ EventPattern: pattern, Event: text }))
      if (Result !== true) continue
      for (const QueueUrl of queueUrls) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: text }))
    }
  }
}

async function rulesOf(events: EventBridgeClient, sqs: SQSClient): Promise<readonly Rule[]> {
  const { Rules = [] } = await events.send(new ListRulesCommand({}))
  const rules: Rule[] = []
  for (const { Name: Rule, EventPattern: pattern, State } of Rules) {
    if (pattern === undefined || State !== 'ENABLED') continue
    const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule }))
    const names = Targets.flatMap(({ Arn = '' }) => (Arn.startsWith('arn:aws:sqs:') ? [Arn.split(':').at(-1)] : []))
    const urls = names.map(async (QueueName) => (await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl ?? '')
    rules.push({ pattern, queueUrls: await Promise.all(urls) })
  }
  return rules
}
