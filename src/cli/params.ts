import { didYouMean } from '#core/workflow/did-you-mean.ts';
import type { Problem } from '#contract/problem.ts';
import type { Json } from '#core/json.ts';
import { err, ok, type Result } from '#core/result.ts';
import type { Param, Workflow } from '#core/workflow/workflow.ts';
import type { CliHost } from '#cli/host.ts';

/**
 * Parameters as given on the command line: those of the file first, then `name=value` words, each read by the declared
 * type of its parameter. Whether values fit and none is missing is checked at submission.
 */
export async function readParams(
  host: CliHost,
  workflow: Workflow,
  given: { readonly words: readonly string[]; readonly file?: string },
): Promise<Result<Readonly<Record<string, Json>>, Problem>> {
  const params = new Map<string, Json>();
  if (given.file !== undefined) {
    const read = await readParamsFile(host, given.file);
    if (!read.ok) return read;
    for (const [name, value] of Object.entries(read.value)) params.set(name, value);
  }
  for (const word of given.words) {
    const split = word.indexOf('=');
    if (split < 1) return usage(`${word} is no name=value`, 'write -p name=value');
    const name = word.slice(0, split);
    const declared = Object.hasOwn(workflow.params, name) ? workflow.params[name] : undefined;
    if (declared === undefined) return unknownParam(name, workflow);
    const value = readValue(word.slice(split + 1), declared.type);
    if (value === undefined) {
      return usage(`parameter ${name} is of type ${declared.type}`, `write -p ${name}=${sampleOf(declared.type)}`);
    }
    params.set(name, value);
  }
  return ok(Object.fromEntries(params));
}

async function readParamsFile(host: CliHost, path: string): Promise<Result<{ readonly [name: string]: Json }, Problem>> {
  const text = await host.readText(path);
  if (!text.ok) return text;
  const value = parseJson(text.value);
  if (value === undefined || value === null || typeof value !== 'object' || Array.isArray(value)) {
    return usage(`${path} holds no JSON object`, 'write {"name": value, …} into it');
  }
  return ok(value as { readonly [name: string]: Json });
}

function unknownParam(name: string, workflow: Workflow): Result<never, Problem> {
  const names = Object.keys(workflow.params);
  const near = didYouMean(name, names);
  const known = names.length === 0 ? 'the workflow has no parameters' : `it has ${names.join(', ')}`;
  return usage(`the workflow has no parameter ${name}`, near === undefined ? known : `did you mean ${near}?`);
}

function readValue(text: string, type: Param['type']): Json | undefined {
  if (type === 'string') return text;
  const value = parseJson(text);
  return value !== undefined && fits(value, type) ? value : undefined;
}

function fits(value: Json, type: Exclude<Param['type'], 'string'>): boolean {
  switch (type) {
    case 'integer':
      return Number.isSafeInteger(value);
    case 'number':
    case 'boolean':
      return typeof value === type;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
}

function sampleOf(type: Param['type']): string {
  return { string: 'text', integer: '12', number: '0.5', boolean: 'true', array: "'[1,2]'", object: `'{"a":1}'` }[type];
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function usage(message: string, fix: string): Result<never, Problem> {
  return err({ code: 'usage', message, fix, exitCode: 2 });
}
