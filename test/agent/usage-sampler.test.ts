import { describe, expect, it } from 'vitest'
import { firstSampleMs } from '#agent/usage-sampler.ts'
import { AgentRig } from './agent-rig.ts'

const inherit = { PATH: `${process.execPath.replace(/\/node$/, '')}:/usr/bin:/bin` }

/** Holds memory for longer than samples are apart, from when all of `holders` hold theirs. */
function hold(bytes: number, holders: number): string {
  return `
    globalThis.kept = Buffer.alloc(${bytes}, 1);
    fs.writeFileSync(process.env.TMPDIR + "/" + process.pid, "");
    const timer = setInterval(() => {
      if (fs.readdirSync(process.env.TMPDIR).length < ${holders}) return;
      clearInterval(timer);
      setTimeout(() => {}, 800);
    }, 10)`
}

describe('the usage of a clone', () => {
  it('is not known when its command ended before the first sample: null, never 0', async () => {
    await using rig = new AgentRig()
    let usage
    // A busy machine may take longer than the first sample for a command that does nothing.
    for (let tries = 0; tries < 20; tries += 1) {
      const { report } = await rig.run({ command: { kind: 'argv', argv: ['true'] } })
      if (report!.times.runningS! * 1000 < firstSampleMs) usage = report?.usage
    }
    expect(usage).toStrictEqual({ basis: 'none', cpuS: null, peakMemoryMiB: null, bytesIn: 0, bytesOut: 0 })
  })

  it('is that of all its processes together: memory the greatest sum, CPU with the children that have ended', async () => {
    await using rig = new AgentRig()
    const burn = `const until = process.cpuUsage().user + 3e5; while (process.cpuUsage().user < until);`
    const script = `node -e '${burn}'; node -e '${hold(50e6, 2)}' & node -e '${hold(50e6, 2)}' & wait`
    const { report } = await rig.run({ script }, { deps: { inherit } })
    expect(report?.usage.basis).toBe('sampled')
    expect(report?.usage.cpuS).toBeGreaterThanOrEqual(0.3)
    expect(report?.usage.cpuS).toBeLessThan(5)
    expect(report?.usage.peakMemoryMiB).toBeGreaterThan(100)
    expect(report?.usage.peakMemoryMiB).toBeLessThan(500)
  })

  it('is each clone’s own when many run at once', async () => {
    await using rig = new AgentRig()
    const task = (bytes: number) => ({ script: `exec node -e '${hold(bytes, 1)}'` })
    const [small, large] = await Promise.all([task(0), task(100e6)].map((each) => rig.run(each, { deps: { inherit } })))
    const difference = large!.report!.usage.peakMemoryMiB! - small!.report!.usage.peakMemoryMiB!
    expect(difference).toBeGreaterThan(80)
    expect(difference).toBeLessThan(120)
  })
})
