import type { Problem } from '#contract/problem.ts'
import { err, ok, type Result } from '#core/result.ts'
import { parseRunId } from '#core/run/ids.ts'
import type { RunRecord } from '#core/run/run.ts'
import type { Store } from '#ports/store.ts'

/** The run of that id, or the newest one of the tenant for `latest`. Another tenant's is none. */
export async function findRun(
  store: Pick<Store, 'rows'>,
  tenant: string,
  run: string,
): Promise<Result<RunRecord, Problem>> {
  if (run === 'latest') {
    const [latest] = (await store.rows.runs(tenant, { limit: 1 })).items
    return latest === undefined ? err(noRuns) : ok(latest)
  }
  const id = parseRunId(run)
  const stored = id === undefined ? undefined : await store.rows.get(id, 'run', 'run')
  return stored?.value.tenant === tenant ? ok(stored.value) : err(noSuchRun(run))
}

const noRuns: Problem = {
  code: 'RUN-NOT-FOUND',
  message: 'there are no runs yet',
  fix: 'start one with `forkcast run FILE`',
  exitCode: 3,
}

function noSuchRun(run: string): Problem {
  return {
    code: 'RUN-NOT-FOUND',
    message: `there is no run ${run}`,
    fix: 'see `forkcast ls`',
    exitCode: 3,
  }
}

/** Why a run that is over is neither cancelled nor resumed. */
export function runEnded(run: RunRecord): Problem {
  return {
    code: 'RUN-ENDED',
    message: `run ${run.id} has ended: it is ${run.state}`,
    fix: `run it again with \`forkcast retry ${run.id}\`, or start a new one with \`forkcast run FILE\``,
    exitCode: 5,
  }
}
