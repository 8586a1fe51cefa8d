import { MemoryLiveLogs } from '#adapters/memory/memory-live-logs.ts'
import { readLogLine } from '#contract/log-line.ts'
import { liveLogsContract } from '../../contracts/live-logs.ts'

liveLogsContract('in memory', async () => {
  const liveLogs = new MemoryLiveLogs()
  return {
    liveLogs,
    say: async (job, lines) => {
      for (const piece of lines.split('\n').flatMap((line) => readLogLine(line) ?? [])) liveLogs.add(job, piece)
    },
    later: async () => undefined,
    close: async () => undefined,
  }
})
