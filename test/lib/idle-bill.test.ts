import { describe, expect, it } from 'vitest'
import { idleBill } from '#contract/idle-bill.ts'
import { configurations } from './configurations.ts'
import { resourcesOf, templatesOf } from './synthesised.ts'

type Name = keyof typeof configurations

const bills = (Object.keys(configurations) as Name[]).map((name) => ({
  name,
  bill: idleBill(templatesOf(configurations[name]).all.map(resourcesOf)),
}))
const billOf = (name: Name) => bills.find((one) => one.name === name)!.bill
const cents = (usd: number) => Math.round(usd * 100) / 100

describe('an idle deployment', () => {
  it.each(bills)('has nothing of an unknown price in the configuration $name', ({ bill }) => {
    expect(bill.unknown).toStrictEqual([])
  })

  it('costs at most a dollar a month by default, in an account that has nothing else', () => {
    const { usd, lines } = billOf('default')
    expect(usd).toBeLessThanOrEqual(1)
    expect(
      lines.map(({ what, units, listUsd, usd: paid }) => [what, units, cents(listUsd), cents(paid)]),
    ).toStrictEqual([
      ['metrics of alarms', 10, 1, 0],
      ['dashboards', 3, 9, 0],
      ['requests by which Lambda asks standard queues', 1_971_000, 0.79, 0.39],
      ['requests by which Lambda asks FIFO queues', 657_000, 0.33, 0.33],
    ])
  })

  it.each([
    { name: 'gpu', extraUsd: 0, why: 'pools keep no host' },
    { name: 'external pools', extraUsd: 0, why: 'others pay for what exists' },
    { name: 'private', extraUsd: 36.5, why: 'a NAT gateway and its address' },
    { name: 'customer key', extraUsd: 1, why: 'a key' },
  ] as const)('costs $extraUsd more in the configuration $name: $why', ({ name, extraUsd }) => {
    expect(cents(billOf(name).usd - billOf('default').usd)).toBe(extraUsd)
  })

  it('says how each line is turned off, and what costs by what it holds', () => {
    const { lines, stored } = billOf('private')
    expect(lines.every((line) => line.switch.length > 0)).toBe(true)
    expect(stored).toHaveLength(3)
  })
})

describe('an idle bill', () => {
  it('counts hosts that are kept, and a schedule that is on', () => {
    const { lines } = idleBill([
      {
        Pool: { Type: 'AWS::Batch::ComputeEnvironment', Properties: { ComputeResources: { MinvCpus: 2 } } },
        Tick: { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' } },
      },
    ])
    expect(lines.map(({ what, units }) => [what, units])).toStrictEqual([
      ['minutes in which a schedule wakes a function', 43_800],
      ['vCPUs that are kept, by the hour', 1460],
    ])
  })

  it('counts each metric of an alarm, and each subnet of an endpoint', () => {
    const metrics = [{ MetricStat: {} }, { MetricStat: {} }, { Expression: 'a + b' }]
    const { lines } = idleBill([
      {
        Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { Metrics: metrics } },
        Door: {
          Type: 'AWS::EC2::VPCEndpoint',
          Properties: { VpcEndpointType: 'Interface', SubnetIds: ['a', 'b', 'c'] },
        },
      },
    ])
    expect(lines.map(({ what, units }) => [what, units])).toStrictEqual([
      ['metrics of alarms', 2],
      ['interface endpoints, by subnet and hour', 2190],
    ])
  })

  it('names what it does not know', () => {
    expect(idleBill([{ Search: { Type: 'AWS::OpenSearchService::Domain' } }]).unknown).toStrictEqual([
      'AWS::OpenSearchService::Domain',
    ])
  })
})
