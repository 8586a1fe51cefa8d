import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'
import { describe, expect, it } from 'vitest'
import { accepted } from './accepted-findings.ts'
import { configurations } from './configurations.ts'
import { findingsOf } from './synthesised.ts'

const found = Object.entries(configurations).map(([name, choices]) => ({
  name,
  findings: findingsOf(choices, (app) => [new AwsSolutionsChecks(app), new ServerlessChecks(app)]),
}))

describe('cdk-nag', () => {
  it.each(found)('finds nothing in the configuration $name but what is accepted with a reason', ({ findings }) => {
    const left = findings.filter(
      ({ rule, path }) => !accepted.some((one) => one.rule.test(rule) && one.path.test(path)),
    )
    expect(findings.length).toBeGreaterThan(0)
    expect(left).toStrictEqual([])
  })

  it.each(accepted)('still finds $rule at $path', (one) => {
    const all = found.flatMap(({ findings }) => findings)
    expect(all.some(({ rule, path }) => one.rule.test(rule) && one.path.test(path))).toBe(true)
  })

  it('would find a role that may do everything', () => {
    const [plain] = found
    expect(plain?.findings.some(({ rule }) => rule.startsWith('AwsSolutions-IAM5'))).toBe(true)
  })
})
