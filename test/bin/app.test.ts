import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import cdk from '../../cdk.json' with { type: 'json' }

let assembly: string

beforeEach(() => {
  assembly = mkdtempSync(join(tmpdir(), 'assembly-'))
})
afterEach(() => rmSync(assembly, { recursive: true, force: true }))

/** Starts the app that cdk.json names, as `cdk synth -c …` does. */
const synthesise = (overrides: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) => {
  const context = JSON.stringify({ ...cdk.context, ...overrides })
  const { status, stderr } = spawnSync(cdk.app, {
    shell: true,
    encoding: 'utf8',
    env: { ...process.env, CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: context, ...env },
  })
  return { status, stderr }
}

const inAssembly = (file: string): unknown => JSON.parse(readFileSync(join(assembly, file), 'utf8'))

describe('the CDK app', { timeout: 60_000 }, () => {
  it('makes one deployment called forkcast, whose table can be deleted, and that the CDK finds valid', () => {
    expect(synthesise({})).toStrictEqual({ status: 0, stderr: '' })
    expect(inAssembly('manifest.json')).toMatchObject({
      artifacts: { Data: { properties: { stackName: 'forkcast-data' } } },
    })
    expect(JSON.stringify(inAssembly('Data.template.json'))).toContain('"DeletionProtectionEnabled":false')
  })

  it('takes another name and deletion protection as overrides', () => {
    const overrides = { 'forkcast:deployment': 'trial', 'forkcast:deletionProtection': 'true' }
    // Valid as above; the check takes most of a synthesis.
    expect(synthesise(overrides, { CDK_VALIDATION: 'false' })).toStrictEqual({ status: 0, stderr: '' })
    expect(inAssembly('manifest.json')).toMatchObject({
      artifacts: { Data: { properties: { stackName: 'trial-data' } } },
    })
    const template = JSON.stringify(inAssembly('Data.template.json'))
    expect(template).toContain('"DeletionProtectionEnabled":true')
    expect(template).toContain('{"Key":"forkcast:deployment","Value":"trial"}')
  })

  it('refuses a protection that is neither on nor off', () => {
    expect(synthesise({ 'forkcast:deletionProtection': 'yes' })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('-c forkcast:deletionProtection=yes: it is true: the table refuses its deletion'),
    })
  })
})
