import fc from 'fast-check'
import { expect, it } from 'vitest'
import { batchJobName } from '#adapters/aws/batch-job-name.ts'

const parts = fc.constantFrom('run_0000000a', 'clean[3]', 'Clean[3]', '/1/0', '-', '_', 'é', '…', ' ', 'x'.repeat(90))
const jobs = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.array(parts, { minLength: 1, maxLength: 6 }).map((all) => all.join('')),
)

it('is one that Batch takes', () => {
  fc.assert(
    fc.property(jobs, (job) => {
      expect(batchJobName(job)).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/)
    }),
  )
})

it('differs from that of any other job, also where Batch does not see the case', () => {
  fc.assert(
    fc.property(jobs, jobs, (one, other) => {
      expect(batchJobName(one).toLowerCase() === batchJobName(other).toLowerCase()).toBe(one === other)
    }),
  )
})

it('says whose job it is', () => {
  expect(batchJobName('run_0000000a-clean[3]/1/0')).toMatch(/^run_0000000a-clean-3-1-0-[0-9a-f]{32}$/)
})
