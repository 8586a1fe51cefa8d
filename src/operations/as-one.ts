import type { RunId } from '#core/run/ids.ts'
import { JoinedWrites } from '#operations/joined-writes.ts'
import type { Ports } from '#operations/ports.ts'

/** An act that is being done as one, by the ports that it was given. */
interface Joined {
  readonly writes: JoinedWrites
  /** The ports that its own stand for. */
  readonly behind: Ports
}

const joined = new WeakMap<Ports, Joined>()

/**
 * Does `act` with its first writes made as one transaction, as many as fit. What it has written it reads back, and nobody else
 * sees before it is durable. Whatever leaves the rows (an object that is read, a job that is ended, an execution that is
 * started) waits until all that was written before it is durable; what is written after it is written by itself.
 *
 * When another writer was first, nothing was written or done, and `act` is done again, a write at a time. Within an act that
 * is being done as one it is a part of that.
 */
export async function asOne<T>(ports: Ports, run: RunId, act: (ports: Ports) => Promise<T>): Promise<T> {
  const around = joined.get(ports)
  if (around?.writes.isOpen === true) return act(ports)
  const behind = around?.behind ?? ports
  const writes = new JoinedWrites(behind.store.rows, run)
  const given = joinedPorts(behind, writes)
  joined.set(given, { writes, behind })
  try {
    const value = await act(given)
    await writes.make()
    return value
  } catch (error) {
    if (error !== writes.overtaken) throw error
    return act(behind)
  }
}

function joinedPorts(behind: Ports, writes: JoinedWrites): Ports {
  const { store, objects, executions, pools, timers, dispatcher, clock, ids, definitions } = behind
  const afterwards =
    <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await writes.make()
      return call(...args)
    }
  return {
    clock,
    ids,
    definitions,
    store: {
      rows: writes,
      log: { list: afterwards((...asked) => store.log.list(...asked)) },
      history: {
        record: afterwards((sample) => store.history.record(sample)),
        recent: afterwards((...asked) => store.history.recent(...asked)),
      },
    },
    objects: {
      read: afterwards((key) => objects.read(key)),
      writeOnce: afterwards((...object) => objects.writeOnce(...object)),
      fetch: afterwards((...asked) => objects.fetch(...asked)),
      store: afterwards((...object) => objects.store(...object)),
      size: afterwards((key) => objects.size(key)),
      slice: afterwards((...asked) => objects.slice(...asked)),
    },
    executions: {
      start: afterwards((...started) => executions.start(...started)),
      answer: afterwards((...answered) => executions.answer(...answered)),
    },
    pools: {
      describe: () => pools.describe(),
      capacity: () => pools.capacity(),
      names: (clones) => pools.names(clones),
      submit: afterwards((jobs) => pools.submit(jobs)),
      jobs: afterwards((jobs) => pools.jobs(jobs)),
      terminate: afterwards((...ended) => pools.terminate(...ended)),
    },
    timers: { set: afterwards((timer) => timers.set(timer)) },
    dispatcher: { request: afterwards(() => dispatcher.request()) },
  }
}
