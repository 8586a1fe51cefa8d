import { deflateRawSync, inflateRawSync } from 'node:zlib'

/**
 * What texts of rows and events have in common, the more usual the later. It is a part of what is stored: another one is another form.
 */
const words = Buffer.from(
  [
    '{"priority":50,"deadlineS":null,"budgetUsd":null,"policy":{"cloning":true,"hedging":true},"retry":null,"stopping":null,"planId":null,',
    '"startedAtMs":null,"finishedAtMs":null,"totals":null,"capNanoUsd":,"spentNanoUsd":"type":"ledger.settled""ledger.reserved","nanoUsd":',
    'user-errorreclaimedhost-loststart-failed"confidence":"certain","likely","exitCode":1,"signal":null,"evidence":"remedy":"again""words"',
    '"failedslot.failedtask.failedattempt.failedfencedcancelledslot.fencedtask.cancelledskippedFor":"task.skipped","type":"directory","files":[',
    '"type":"group.marked","member":"left":{"failure":false,"nothing":false}},"size":1,"marked":["failed":[],"empty":[],"state":"claimed"',
    '{"kind":"group","id":"all:"start:"each:","version":1,"event":{"type":"group.started","atMs":1{"kind":"run","id":"run","type":"run.started"',
    '"instances":null,"attempts":[{"number":1,"state":"committed","slots":1,"failure":null,"remedy":null,"reason":null,"decision":"the first',
    ' claim","startedAtMs":1,"endedAtMs":null}],"outputs":{"reusedFrom":null,"skippedFor":null,"error":null,"readyAtMs":1"type":"task.expanded"',
    '[{"kind":"task","id":"version":1,"event":{"type":"task.ready","atMs":1,"run":"run_","index":null,"key":null,"values":{"kind":"value",',
    '"type":"attempt.started","atMs":1,"number":1,"slots":1}},"type":"task.committed","atMs":1,"outputs":{"decision":null}},',
    '[{"kind":"slot","id":"/1/0","version":2,"event":{"type":"slot.created","atMs":1"type":"slot.held""waitingFor":"capacity"',
    '"type":"slot.launched","atMs":1,"token":""type":"slot.starting","atMs":1,"pool":"job":"run_"type":"slot.leased","atMs":1,"fence":1,',
    '"job":"holder":"untilMs":"type":"slot.renewed","type":"slot.claimed","fence":1,"manifest":{"type":"slot.billed","atMs":1,"bill":{',
    '"type":"slot.decided","atMs":1,"state":"won""lost"cold-spotgpuwarm-cpu-spot"standby","variant":null,"fargate',
    'best of the pools that fit: hot on-demand, starts in  s, done in about  s for 0.000 USD (one clone) clones',
    '{"run":"run_","task":"","attempt":1,"clone":0,"kind":"active","state":"waiting","pool":"hot-cpu","reason":"","variant":null,',
    '"resources":{"gpus":0,"memoryMiB":512,"vcpus":1},"timeoutS":null,"why":null,"rank":50000000000,"notBeforeMs":null,"waitingFor":null,',
    '"token":"AAAAKgAAAAIAAAAAAAAAA==","job":null,"fence":1,"holder":null,"leasedUntilMs":null,"reservedNanoUsd":0,"claim":{"out":{"type":"json",',
    '"object":"runs/run_/out/.json","sha256":"","bytes":1}},"failure":null,"createdAtMs":1,"waitingAtMs":1,"startingAtMs":1,"runningAtMs":null,',
    '"endedAtMs":null,"bill":{"times":{"stagingInS":0.,"runningS":0.,"stagingOutS":0.},"usage":{"basis":"exact","cpuS":0.,"peakMemoryMiB":,',
    '"bytesIn":0,"bytesOut":0},"billedS":0.,"costUsd":0.0000',
  ].join(''),
)

/** The form that texts have now: its number comes before them. */
const form = 1

/**
 * A text of a run in as few bytes as may be: DynamoDB counts each KB of an item that is written, at every write, and so packed most rows
 * have one.
 */
export function packText(run: string, text: string): Uint8Array {
  return Buffer.concat([Buffer.of(form), deflateRawSync(text, { dictionary: dictionaryOf(run), level: 9 })])
}

/** The text. @throws when it is in a form that this version does not know, or damaged. */
export function unpackText(run: string, packed: Uint8Array): string {
  if (packed[0] !== form) throw new Error(`a text of the table is in form ${packed[0]}, and this version knows ${form}`)
  return inflateRawSync(packed.subarray(1), { dictionary: dictionaryOf(run) }).toString()
}

/** The run's id is the rarest text of all, and in each of its texts. */
function dictionaryOf(run: string): Buffer {
  return Buffer.concat([words, Buffer.from(run)])
}
