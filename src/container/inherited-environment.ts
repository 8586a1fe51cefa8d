/** Of the agent, or made empty for its start by the job definition: no command is to see these. */
const own = /^FORKCAST_/

/**
 * Replaced for the start of the agent, which they would reach before the command: what an image says there is lost, so a task that
 * needs one has it in its `env`.
 */
const emptied = ['NODE_OPTIONS', 'LD_PRELOAD'] as const

/** What a command finds of its container's environment: what its image and its platform say, and nothing of the agent's. */
export function inheritedEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const inherited: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || own.test(name)) continue
    if (value === '' && (emptied as readonly string[]).includes(name)) continue
    inherited[name] = value
  }
  return inherited
}

/** What the SDK would take from an image: other endpoints, profiles, files. */
const ofTheSdk = /^AWS_(?!REGION$)/

/** Leaves this process nothing of AWS but its region, so that no image has a say in where its agent's calls go. */
export function forgetAwsSettings(environment: Record<string, string | undefined>): void {
  for (const name of Object.keys(environment)) if (ofTheSdk.test(name)) delete environment[name]
  // Not read, as there is nothing at these places.
  environment['AWS_CONFIG_FILE'] = '/dev/null'
  environment['AWS_SHARED_CREDENTIALS_FILE'] = '/dev/null'
  // An image need not know its user.
  environment['HOME'] ??= '/'
}
