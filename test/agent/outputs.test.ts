import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Output } from '#core/workflow/workflow.ts'
import { AgentRig, claimOf, failureOf } from './agent-rig.ts'

const file: Output = { path: 'a', type: 'file', optional: false }
const json: Output = { path: 'a.json', type: 'json', optional: false }
const directory: Output = { path: 'parts', type: 'directory', optional: false }

/** The evidence of a clone that fails for an output. */
async function refusal(script: string, output: Output): Promise<string> {
  await using rig = new AgentRig()
  const failure = failureOf(await rig.run({ script, outputs: { result: output } }))
  expect(failure).toMatchObject({ cause: 'bad-output', exitCode: null, signal: null })
  expect(await rig.objects.size(`runs/run_00000000/clean[3]/1/0/1/out/${output.path}`)).toBeUndefined()
  return failure.evidence
}

/** The manifest of a clone with one output. */
async function claim(script: string, output: Output) {
  await using rig = new AgentRig()
  return claimOf(await rig.run({ script, outputs: { result: output } }))['result']
}

describe('an output', () => {
  it('that is a directory is listed by relative path, in order, links as what they lead to', async () => {
    await using rig = new AgentRig()
    const script = `cd "$OUTPUT_RESULT"; mkdir -p b/c empty; echo 1 > b/c/one; echo 2 > two; printf 10 > b-; ln -s two link`
    const { report } = await rig.run({ script, outputs: { result: directory } })
    const manifest = report?.ended.kind === 'claimed' ? report.ended.manifest['result'] : undefined
    if (manifest?.type !== 'directory') throw new Error('no directory')
    expect(manifest.files.map(({ path, bytes }) => [path, bytes])).toStrictEqual([
      ['b-', 2],
      ['b/c/one', 2],
      ['link', 2],
      ['two', 2],
    ])
    expect(manifest).toMatchObject({ folder: 'runs/run_00000000/clean[3]/1/0/1/out/parts', bytes: 8 })
    expect(report?.usage.bytesOut).toBe(8)
    for (const staged of manifest.files) {
      expect((await rig.objects.read(staged.object))?.length).toBe(staged.bytes)
    }
  })

  it('that is a directory may be empty', async () => {
    expect(await claim(':', directory)).toStrictEqual({
      type: 'directory',
      folder: 'runs/run_00000000/clean[3]/1/0/1/out/parts',
      bytes: 0,
      files: [],
    })
  })

  it('that is optional and was not written is absent', async () => {
    expect(await claim(':', { ...file, optional: true })).toBeUndefined()
    expect(await claim(':', { ...json, optional: true })).toBeUndefined()
    expect(await claim(':', { ...directory, optional: true })).toBeUndefined()
    expect(await claim('rmdir "$OUTPUT_RESULT"', { ...directory, optional: true })).toBeUndefined()
  })

  it('that is JSON meets its schema', async () => {
    const schema = { type: 'array', items: { type: 'object', required: ['name'] } }
    expect(await claim(`echo '[{"name":"a"}]' > "$OUTPUT_RESULT"`, { ...json, schema })).toMatchObject({ bytes: 15 })
  })

  it('with several names is copied, so that no other name leads to what was committed', async () => {
    await using rig = new AgentRig()
    const outside = join(rig.root, 'outside')
    const ended = await rig.run({
      script: 'echo kept > "$OUTPUT_A"; ln "$OUTPUT_A" "$OUTSIDE"; ln -s a "$OUTPUT_B"',
      env: { OUTSIDE: outside },
      outputs: { a: file, b: { ...file, path: 'b' } },
    })
    const { a, b } = claimOf(ended)
    expect(a).toMatchObject({ bytes: 5 })
    expect(b).toMatchObject({ bytes: 5 })
    const objects = ['a', 'b'].map((name) => join(rig.root, 'objects/runs/run_00000000/clean[3]/1/0/1/out', name))
    expect(objects.map((path) => readFileSync(path, 'utf8'))).toStrictEqual(['kept\n', 'kept\n'])
    expect(readFileSync(outside, 'utf8')).toBe('kept\n')
  })

  it('is taken from a folder that the command made anew', async () => {
    expect(
      await claim('rm -r "${OUTPUT_RESULT%/*}"; mkdir "${OUTPUT_RESULT%/*}"; echo x > "$OUTPUT_RESULT"', file),
    ).toMatchObject({
      bytes: 2,
    })
  })
})

describe('an output that is missing', () => {
  it('fails the clone with what is there instead', async () => {
    expect(await refusal(':', file)).toBe('output result: nothing at a; the output folder is empty')
    expect(await refusal('cd "${OUTPUT_RESULT%/*}"; touch b; mkdir d', file)).toBe(
      'output result: nothing at a; the output folder has b, d/',
    )
    expect(await refusal('cd "${OUTPUT_RESULT%/*}"; seq -w 12 | xargs touch', file)).toBe(
      'output result: nothing at a; the output folder has 01, 02, 03, 04, 05, 06, 07, 08, 09, 10 and 2 more',
    )
  })

  it('fails the clone when its whole folder is gone', async () => {
    expect(await refusal('rm -r "${OUTPUT_RESULT%/*}"', file)).toBe(
      'output result: nothing at a; the output folder is empty',
    )
    expect(await refusal('rmdir "$OUTPUT_RESULT"', directory)).toContain('nothing at parts')
  })
})

describe('an output of the wrong kind', () => {
  it.each([
    ['a FIFO', 'mkfifo "$OUTPUT_RESULT"', file, 'a is a FIFO, not a file'],
    ['a directory', 'mkdir "$OUTPUT_RESULT"', file, 'a is a directory, not a file'],
    ['a file', 'rmdir "$OUTPUT_RESULT"; touch "$OUTPUT_RESULT"', directory, 'parts is a file, not a directory'],
    [
      'a link out of the folder',
      'ln -s /etc/passwd "$OUTPUT_RESULT"',
      file,
      'a is a link that leads out of the output folder',
    ],
    [
      'a link to the code',
      'echo x > x; ln -s "$PWD/x" "$OUTPUT_RESULT"',
      file,
      'a is a link that leads out of the output folder',
    ],
    ['a link to a device', 'ln -s /dev/zero "$OUTPUT_RESULT"', file, 'a is a link that leads out of the output folder'],
    ['a link to nothing', 'ln -s none "$OUTPUT_RESULT"', file, 'a is a link that leads nowhere'],
    ['a link to itself', 'ln -s a "$OUTPUT_RESULT"', file, "a can't be looked at: ELOOP"],
    [
      'in a folder that is a link',
      'cd "${OUTPUT_RESULT%/*}"; cd ..; rm -r out; mkdir tmp/a; touch tmp/a/a; ln -s tmp/a out',
      file,
      'a is a link that leads out of the output folder',
    ],
    ['a directory with a FIFO', 'mkfifo "$OUTPUT_RESULT/f"', directory, 'parts holds f, which is a FIFO, not a file'],
    [
      'a directory with a link out',
      'ln -s /etc/passwd "$OUTPUT_RESULT/l"',
      directory,
      'parts holds l, which is a link that leads out of the output folder',
    ],
    [
      'a directory with a link to a folder',
      'ln -s . "$OUTPUT_RESULT/l"',
      directory,
      'parts holds l, a link to a folder',
    ],
    [
      'a directory with a name of bytes',
      String.raw`touch "$OUTPUT_RESULT/$(printf '\376')"`,
      directory,
      'parts holds \ufffd, a name that is too long, not UTF-8 or has control characters',
    ],
  ])('fails the clone: %s', async (_, script, output, why) => {
    expect(await refusal(script, output)).toBe(`output result: ${why}`)
  })
})

describe('an output whose contents are wrong', () => {
  const schema = { type: 'array', items: { type: 'object', required: ['name'] } }
  it.each([
    ['empty', ': > "$OUTPUT_RESULT"', json, 'is not JSON: it is empty'],
    [
      'cut',
      `printf '{"a":\n[1,' > "$OUTPUT_RESULT"`,
      json,
      'is not JSON: Unexpected end of JSON input (line 2 column 4)',
    ],
    [
      'mistyped',
      `printf '{"a":\n[1 2]}' > "$OUTPUT_RESULT"`,
      json,
      "is not JSON: Expected ',' or ']' after array element in JSON at position 9 (line 2 column 4)",
    ],
    ['no UTF-8', String.raw`printf '"\376"' > "$OUTPUT_RESULT"`, json, 'is not UTF-8'],
    ['no UTF-8', String.raw`printf '"\376"' > "$OUTPUT_RESULT"`, { ...json, type: 'text' } as const, 'is not UTF-8'],
    [
      'nested too deep',
      `head -c 600 /dev/zero | tr '\\0' '[' > x; head -c 600 /dev/zero | tr '\\0' ']' >> x; mv x "$OUTPUT_RESULT"`,
      json,
      'is nested more than 500 levels deep',
    ],
    [
      'not of its schema',
      `echo '[{"name":1},{}]' > "$OUTPUT_RESULT"`,
      { ...json, schema },
      "does not meet its schema: /1 must have required property 'name'",
    ],
    [
      'not of its schema',
      `echo '{}' > "$OUTPUT_RESULT"`,
      { ...json, schema },
      'does not meet its schema: the value must be array',
    ],
    [
      'of a schema that is none',
      `echo '{}' > "$OUTPUT_RESULT"`,
      { ...json, schema: { type: 'no' } },
      "has a schema that can't be used: schema is invalid: data/type must be equal to one of the allowed values, data/type must be array, data/type must match a schema in anyOf",
    ],
    [
      'of a schema that is none',
      `echo '{}' > "$OUTPUT_RESULT"`,
      { ...json, schema: 'array' },
      "has a schema that can't be used: it is no object",
    ],
    [
      'of a schema that answers later',
      `echo '{}' > "$OUTPUT_RESULT"`,
      { ...json, schema: { $async: true } },
      "has a schema that can't be used: it is asynchronous",
    ],
  ])('fails the clone: %s', async (_, script, output, why) => {
    expect(await refusal(script, output)).toBe(`output result: a.json ${why}`)
  })

  it('fails the clone before any other output is stored', async () => {
    await using rig = new AgentRig()
    const ended = await rig.run({
      script: 'echo x > "$OUTPUT_A"; echo x > "$OUTPUT_B"',
      outputs: { a: file, b: { ...json, path: 'b.json' } },
    })
    expect(failureOf(ended).evidence).toMatch(/^output b: b\.json is not JSON: /)
    expect(await rig.objects.size('runs/run_00000000/clean[3]/1/0/1/out/a')).toBeUndefined()
  })
})
