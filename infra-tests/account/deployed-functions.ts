import { askService } from './ask-service.ts'

/** A function as an account has it. */
export interface DeployedFunction {
  readonly FunctionName: string
  readonly FunctionArn: string
  /** ARN of what it acts as. */
  readonly Role: string
  readonly Description?: string
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> }
}

/** All functions of an account. */
export async function deployedFunctions(accountUrl: string): Promise<readonly DeployedFunction[]> {
  const said = await askService('lambda', `${urlOf(accountUrl)}/`)
  return (said as { readonly Functions: readonly DeployedFunction[] }).Functions
}

/** Which function of the deployment it is. */
export function nameOf({ Description = '' }: DeployedFunction): string | undefined {
  return /^Forkcast ([a-z-]+):/.exec(Description)?.[1]
}

/** Gives a function further variables beside those that it had. */
export async function configureFunction(
  accountUrl: string,
  { FunctionName, Environment }: DeployedFunction,
  further: Readonly<Record<string, string>>,
): Promise<void> {
  const body = { Environment: { Variables: { ...Environment?.Variables, ...further } } }
  await askService('lambda', `${urlOf(accountUrl)}/${FunctionName}/configuration`, { method: 'PUT', body })
}

function urlOf(accountUrl: string): string {
  return `${accountUrl}/2015-03-31/functions`
}
