import type { Deployer, DeploymentChoice } from '#contract/deployer.ts'
import type { Problem } from '#contract/problem.ts'
import { err, ok, type Result } from '#core/result.ts'
import { CloudFormationDeployer, type DeployerPlace } from '#deployer/cloudformation-deployer.ts'
import { type Libraries, missingLibraries } from '#deployer/libraries.ts'

/** What deploys the stacks of an app; a problem where libraries of the CDK are missing. */
export async function openDeployer(
  choice: DeploymentChoice,
  place: DeployerPlace & { readonly libraries: Libraries; readonly cwd: string },
): Promise<Result<Deployer, Problem>> {
  const missing = missingLibraries(place.libraries, place.cwd)
  if (missing !== undefined) return err(missing)
  return ok(new CloudFormationDeployer(await import('@aws-cdk/toolkit-lib'), place, choice))
}
