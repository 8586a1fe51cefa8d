import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { metricUnits } from '#contract/metrics.ts'
import { resourcesOf, templatesOf, type TestChoices } from './synthesised.ts'

const templateOf = (observability: TestChoices['observability']) => {
  const { observability: template } = templatesOf(observability === undefined ? {} : { observability })
  if (template === undefined) throw new Error('there are dashboards and alarms')
  return resourcesOf(template)
}

const plain = templateOf(undefined)
const ofType = (type: string, resources = plain) => Object.values(resources).filter(({ Type }) => Type === type)
const alarms = ofType('AWS::CloudWatch::Alarm').map(({ Properties = {} }) => Properties)
const dashboards = ofType('AWS::CloudWatch::Dashboard').map(({ Properties = {} }) => ({
  name: Properties['DashboardName'] as string,
  body: textOf(Properties['DashboardBody']),
}))
const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8')

/** A value of a template with what is known later left out. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  const [, parts] = (value as { readonly 'Fn::Join': readonly [string, readonly unknown[]] })['Fn::Join']
  return parts.map((part) => (typeof part === 'string' ? part : 'later')).join('')
}

const idOf = (alarm: Readonly<Record<string, unknown>>) => (alarm['AlarmName'] as string).replace('forkcast-', '')

describe('alarms', () => {
  it('are ten at most, each on one metric, and silence is none', () => {
    expect(alarms.length).toBeGreaterThan(0)
    expect(alarms.length).toBeLessThanOrEqual(10)
    for (const alarm of alarms) {
      expect(alarm).toHaveProperty('MetricName')
      expect(alarm).not.toHaveProperty('Metrics')
      expect(alarm).toMatchObject({ TreatMissingData: 'notBreaching' })
    }
  })

  it.each(alarms.map((alarm) => ({ id: idOf(alarm), alarm })))(
    '$id says what happened, what to do and where to look',
    ({ id, alarm }) => {
      const text = textOf(alarm['AlarmDescription'])
      expect(text).toMatch(/^[A-Z].+\.\n\nWhat to do: docs\/runbook\.md#/)
      expect(text).toContain(`docs/runbook.md#${id}\n`)
      expect(text).toMatch(/Where to look: https:\/\/later\.console\.aws\.amazon\.com\//)
    },
  )

  it('have an article in the runbook each, and articles that are about an alarm have one', () => {
    const articles = [...runbook.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading)
    expect(articles.toSorted()).toStrictEqual(alarms.map(idOf).toSorted())
  })

  it('tell a topic when one is named, and lead to the runbook where it is', () => {
    const topicArn = 'arn:aws:sns:eu-west-1:111122223333:oncall'
    const told = templateOf({ alarmTopicArn: topicArn, runbook: 'https://example.org/runbook' })
    for (const { Properties = {} } of ofType('AWS::CloudWatch::Alarm', told)) {
      expect(Properties).toMatchObject({ AlarmActions: [topicArn], OKActions: [topicArn] })
      expect(textOf(Properties['AlarmDescription'])).toContain('https://example.org/runbook#')
    }
  })
})

describe('dashboards', () => {
  it('are three, of as few metrics as are free', () => {
    expect(dashboards.map(({ name }) => name)).toStrictEqual([
      'forkcast-runs',
      'forkcast-pools',
      'forkcast-control-plane',
    ])
    for (const { body } of dashboards) expect(metricsOf(body).length).toBeLessThanOrEqual(50)
  })

  it('show every metric that functions tell', () => {
    const shown = new Set(dashboards.flatMap(({ body }) => metricsOf(body)).map(([, name]) => name))
    expect(Object.keys(metricUnits).filter((name) => !shown.has(name))).toStrictEqual([])
  })

  it('show the metrics of this deployment alone', () => {
    const own = dashboards.flatMap(({ body }) => metricsOf(body)).filter(([namespace]) => namespace === 'Forkcast')
    expect(new Set(own.map((metric) => metric.slice(2, 4).join('=')))).toStrictEqual(new Set(['service=forkcast']))
  })
})

it('is left out when told so', () => {
  expect(templatesOf({ observability: false }).observability).toBeUndefined()
})

function metricsOf(body: string): readonly (readonly unknown[])[] {
  const { widgets } = JSON.parse(body) as {
    readonly widgets: readonly { readonly properties: { readonly metrics: readonly (readonly unknown[])[] } }[]
  }
  return widgets.flatMap(({ properties }) => properties.metrics)
}
