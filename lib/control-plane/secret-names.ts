/** Names that secrets of tasks may have, in the account and region of a deployment; `*` stands for anything. */
export interface SecretNames {
  /** Parameters of Systems Manager. */
  readonly ssm: readonly string[]
  /** Secrets of Secrets Manager, by names without the letters that it draws. */
  readonly secretsmanager: readonly string[]
}

/** Nobody has called something so by accident. */
export const usualSecretNames: SecretNames = { ssm: ['/forkcast/secrets/*'], secretsmanager: ['forkcast/*'] }

/** Where parameters of deployments are, and of them what secrets may have: a deployment can't be called so. */
const ofDeployments = '/forkcast/'
const ofSecrets = '/forkcast/secrets/'

/**
 * Reads `ssm:NAME` and `secretsmanager:NAME` with commas between them, or `none`. `undefined`: it is neither, or what it names could be a
 * parameter of a deployment, such as the key that signs tokens.
 */
export function readSecretNames(text: string): SecretNames | undefined {
  if (text === 'none') return { ssm: [], secretsmanager: [] }
  const names = { ssm: [] as string[], secretsmanager: [] as string[] }
  for (const part of text.split(',')) {
    const [, service, name = ''] = /^(ssm|secretsmanager):([A-Za-z0-9_.*/+=@-]+)$/.exec(part.trim()) ?? []
    if (service === undefined || (service === 'ssm' && mayBeOfDeployment(name))) return undefined
    names[service as keyof SecretNames].push(name)
  }
  return names
}

/** As a policy sees it: there a name begins with a slash or not, it is the same. */
function mayBeOfDeployment(given: string): boolean {
  const name = `/${given.replace(/^\//, '')}`
  const [literal = ''] = name.split('*')
  if (literal.startsWith(ofSecrets)) return false
  return literal.startsWith(ofDeployments) || (literal !== name && ofDeployments.startsWith(literal))
}
