import { describe, expect, it } from 'vitest'
import { forgetAwsSettings, inheritedEnvironment } from '../../src/container/inherited-environment.ts'
import { readSettings } from '../../src/container/settings.ts'

const clone = { job: 'run_00000000-A-1-0', slot: { run: 'run_00000000', task: 'A', attempt: 1, clone: 0 } }
const environment = {
  FORKCAST_CLONE_ID: JSON.stringify(clone),
  FORKCAST_CLONE_TOKEN: 'token',
  FORKCAST_CLONE_API: 'https://api',
  FORKCAST_BUCKET: 'bucket',
  AWS_REGION: 'eu-west-1',
}

describe('what a container is told', () => {
  it('is whose clone it is, and where its control plane and its objects are', () => {
    const settings = { token: 'token', cloneApi: 'https://api', bucket: 'bucket', region: 'eu-west-1' }
    const usual = { objectsUrl: undefined, isOnSpotHost: false }
    expect(readSettings(environment)).toStrictEqual({ ok: true, value: { ...clone, ...settings, ...usual } })
    const more = { ...environment, FORKCAST_OBJECTS_URL: 'http://here', FORKCAST_SPOT_HOST: 'true' }
    expect(readSettings(more)).toMatchObject({ value: { objectsUrl: 'http://here', isOnSpotHost: true } })
  })

  it('is missed as a whole', () => {
    const error = 'FORKCAST_CLONE_API is not set; FORKCAST_BUCKET is not set'
    expect(readSettings({ ...environment, FORKCAST_CLONE_API: '', FORKCAST_BUCKET: undefined })).toMatchObject({
      error,
    })
    for (const text of ['{', '{"job":"x"}', '"A"']) {
      const read = readSettings({ ...environment, FORKCAST_CLONE_ID: text })
      expect(read).toStrictEqual({ ok: false, error: 'FORKCAST_CLONE_ID names no clone' })
    }
  })
})

describe('what a child of an array is told', () => {
  const array = { array: 'run_00000000-A-0', run: 'run_00000000', members: 'A[0-8]/1/0 -1' }
  const { FORKCAST_CLONE_ID: _, ...rest } = environment
  const child = { ...rest, FORKCAST_ARRAY: JSON.stringify(array), AWS_BATCH_JOB_ARRAY_INDEX: '7' }

  it('is whose clone it is by its index, which completes its token', () => {
    const slot = { run: 'run_00000000', task: 'A[7]', attempt: 1, clone: 0 }
    expect(readSettings(child)).toMatchObject({ value: { job: 'run_00000000-A-0:7', slot, token: 'token.7' } })
  })

  it.each([
    [{ AWS_BATCH_JOB_ARRAY_INDEX: undefined }, 'AWS_BATCH_JOB_ARRAY_INDEX is not set'],
    [{ AWS_BATCH_JOB_ARRAY_INDEX: '9' }, 'FORKCAST_ARRAY has no clone at AWS_BATCH_JOB_ARRAY_INDEX'],
    [{ AWS_BATCH_JOB_ARRAY_INDEX: '-1' }, 'FORKCAST_ARRAY has no clone at AWS_BATCH_JOB_ARRAY_INDEX'],
    [{ FORKCAST_ARRAY: '{}' }, 'FORKCAST_ARRAY has no clone at AWS_BATCH_JOB_ARRAY_INDEX'],
    [{ FORKCAST_CLONE_TOKEN: '' }, 'FORKCAST_CLONE_TOKEN is not set'],
  ])('is missed: %o', (changes, error) => {
    expect(readSettings({ ...child, ...changes })).toStrictEqual({ ok: false, error })
  })
})

describe('what a command inherits', () => {
  it('is its image’s, without what is the agent’s', () => {
    const image = { PATH: '/opt/conda/bin', AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/x', EMPTY: '' }
    expect(
      inheritedEnvironment({ ...environment, ...image, NODE_OPTIONS: '', LD_PRELOAD: '', GONE: undefined }),
    ).toStrictEqual({ AWS_REGION: 'eu-west-1', ...image })
    expect(inheritedEnvironment({ NODE_OPTIONS: '--max-old-space-size=99' })).toHaveProperty('NODE_OPTIONS')
  })

  it('is nothing that its agent’s own calls depend on', () => {
    const left: Record<string, string | undefined> = {
      AWS_REGION: 'x',
      AWS_ENDPOINT_URL: 'http://there',
      AWS_PROFILE: 'p',
    }
    forgetAwsSettings(left)
    const nowhere = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' }
    expect(left).toStrictEqual({ AWS_REGION: 'x', HOME: '/', ...nowhere })
  })
})
