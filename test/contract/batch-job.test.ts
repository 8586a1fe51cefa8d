import { describe, expect, it } from 'vitest'
import {
  batchContainerNames,
  batchParameters,
  readBatchJob,
  readBatchJobEvent,
  submissionOf,
} from '#contract/batch-job.ts'
import { jobOf } from '../builders/emulation.ts'

const { job, slot, pool } = jobOf('clean[3]', 'warm-cpu')
const clone = { job, slot, pool }
const described = (changes: object = {}) => ({
  jobName: 'any',
  status: 'RUNNING',
  createdAt: 500,
  parameters: batchParameters(clone, 'act'),
  ...changes,
})
const two = (init: object, own: object) => {
  const containers = [
    { name: batchContainerNames.clone, ...own },
    { name: batchContainerNames.init, ...init },
  ]
  return { ecsProperties: { taskProperties: [{ containers }] } }
}
const ended = { status: 'FAILED', statusReason: 'why', startedAt: 1_000, stoppedAt: 3_500 }

describe('a job of a clone, as Batch describes it', () => {
  it.each([
    ['waits', { status: 'RUNNABLE' }, null],
    ['has not started by the time 0', { status: 'STARTING', startedAt: 0 }, null],
    ['runs', { startedAt: 1_000 }, 1_000],
  ])('%s', (_, changes, startedAtMs) => {
    expect(readBatchJob(described(changes))).toStrictEqual({ clone, startedAtMs, ended: null })
  })

  it.each([
    ['well', { ...ended, status: 'SUCCEEDED', container: { exitCode: 0 } }, 2.5, 0, 'why'],
    ['badly', { ...ended, container: { exitCode: 7 } }, 2.5, 7, 'why'],
    ['without a code', { ...ended, container: {} }, 2.5, null, 'why'],
    [
      'with words of its container',
      { ...ended, container: { reason: 'OutOfMemoryError: …' } },
      2.5,
      null,
      'why: OutOfMemoryError: …',
    ],
    [
      'with these words alone',
      { ...ended, statusReason: null, container: { reason: 'because' } },
      2.5,
      null,
      'because',
    ],
    ['without any', { ...ended, statusReason: '' }, 2.5, null, ''],
    [
      'with the code of the clone’s container of two',
      { ...ended, ...two({ exitCode: 0 }, { exitCode: 3, reason: 'Error' }) },
      2.5,
      3,
      'why: Error',
    ],
    [
      'before its container, which waits for one that failed',
      { ...ended, ...two({ exitCode: 127, reason: 'no node' }, {}) },
      2.5,
      127,
      'why: no node',
    ],
    ['before either of two had a code', { ...ended, ...two({}, {}) }, 2.5, null, 'why'],
    ['with nothing said of its containers', { ...ended, ecsProperties: {} }, 2.5, null, 'why'],
    ['before it had started', { ...ended, startedAt: undefined }, 0, null, 'why'],
    ['before it had started, by a clock that went back', { ...ended, startedAt: 4_000 }, 0, null, 'why'],
  ])('ended %s', (_, changes, billedS, exitCode, reason) => {
    expect(readBatchJob(described(changes))?.ended).toStrictEqual({ ...clone, atMs: 3_500, billedS, exitCode, reason })
  })

  it.each([
    [undefined, 500],
    [1_000, 1_000],
  ])('that ended at a time that is not told, and started at %s, is not billed', (startedAt, atMs) => {
    const changes = { ...ended, startedAt, stoppedAt: undefined }
    expect(readBatchJob(described(changes))?.ended).toMatchObject({ atMs, billedS: 0 })
  })

  it('names the act that submitted it', () => {
    expect(submissionOf(described())).toBe('act')
    expect(submissionOf({})).toBeUndefined()
  })

  it('is nobody else’s', () => {
    expect(readBatchJob(described({ parameters: { clone: 'mine' } }))).toBeUndefined()
    expect(readBatchJob(described({ parameters: undefined }))).toBeUndefined()
  })

  it.each([
    [{ parameters: { 'forkcast-clone': 'no JSON' } }, 'JSON'],
    [{ parameters: { 'forkcast-clone': '{}' } }, 'slot'],
    [{ createdAt: undefined }, 'createdAt'],
    [{ status: undefined }, 'status'],
  ])('is not made up of what is none: %o', (changes, words) => {
    expect(() => readBatchJob(described(changes))).toThrow(words)
  })
})

describe('an event', () => {
  it('tells of its job, whatever source it is from', () => {
    const event = { 'detail-type': 'Batch Job State Change', source: 'any', detail: described() }
    expect(readBatchJobEvent(JSON.stringify(event))?.clone).toStrictEqual(clone)
  })

  it.each([
    ['no JSON', 'JSON'],
    ['{}', 'detail-type'],
    [JSON.stringify({ 'detail-type': 'Other', detail: described() }), 'detail-type'],
  ])('is not made up of what is none: %s', (text, words) => {
    expect(() => readBatchJobEvent(text)).toThrow(words)
  })
})

describe('of an array, as Batch describes it', () => {
  const whose = { array: 'run_00000001-clean-0', run: slot.run, members: 'clean[0-4]/1/0 -1 list/2/1', pool }
  const ofArray = (arrayProperties?: object) =>
    described({ ...ended, parameters: batchParameters(whose, 'act'), ...(arrayProperties && { arrayProperties }) })

  it.each([
    [3, 'clean[3]', 1, 0],
    [6, 'list', 2, 1],
  ])('the child %i is the clone that has this index', (index, task, attempt, number) => {
    const child = { job: `${whose.array}:${index}`, slot: { run: slot.run, task, attempt, clone: number }, pool }
    expect(readBatchJob(ofArray({ index, statusSummary: {} }))).toMatchObject({ clone: child, ended: child })
  })

  it('the whole is no clone’s, nor is a child that nobody has', () => {
    expect(readBatchJob(ofArray({ size: 7, statusSummary: { FAILED: 7 } }))).toBeUndefined()
    expect(readBatchJob(ofArray())).toBeUndefined()
    expect(readBatchJob(ofArray({ index: 5 }))).toBeUndefined()
    expect(readBatchJob(ofArray({ index: 7 }))).toBeUndefined()
  })

  it.each([
    [{ ...whose, members: '../1/0' }, 'members'],
    [{ ...whose, members: '' }, 'members'],
    [{ ...whose, run: 'x' }, 'run'],
    [{ ...whose, more: 1 }, 'more'],
  ])('members that are none are refused: %#', (said, word) => {
    const parameters = { 'forkcast-array': JSON.stringify(said) }
    expect(() => readBatchJob({ ...ofArray({ index: 0 }), parameters })).toThrow(word)
  })
})
