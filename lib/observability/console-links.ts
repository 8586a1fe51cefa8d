import { Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'

/** Pages of the AWS console, where what an alarm is about can be seen. */
export class ConsoleLinks {
  readonly #base: string
  readonly #region: string
  readonly #account: string
  readonly #suffix: string

  constructor(scope: Construct) {
    const { region, account, urlSuffix } = Stack.of(scope)
    this.#base = `https://${region}.console.aws.amazon.com`
    this.#region = region
    this.#account = account
    this.#suffix = urlSuffix
  }

  queue(name: string): string {
    const url = `https%3A%2F%2Fsqs.${this.#region}.${this.#suffix}%2F${this.#account}%2F${name}`
    return `${this.#base}/sqs/v3/home?region=${this.#region}#/queues/${url}`
  }

  lambda(name: string): string {
    return `${this.#base}/lambda/home?region=${this.#region}#/functions/${name}?tab=monitoring`
  }

  functions(): string {
    return `${this.#base}/lambda/home?region=${this.#region}#/discover`
  }

  table(name: string): string {
    return `${this.#base}/dynamodbv2/home?region=${this.#region}#table?name=${name}&tab=monitoring`
  }

  api(id: string): string {
    return `${this.#base}/apigateway/main/apis/${id}/resources?api=${id}&region=${this.#region}`
  }

  stateMachine(arn: string): string {
    return `${this.#base}/states/home?region=${this.#region}#/statemachines/view/${arn}`
  }
}
