/** What the role of all clones may, as the stack of a deployment has it. */
export function cloneRolePolicy(bucket: string, account = '123456789012'): string {
  const arn = (pattern: string): string => `arn:aws:s3:::${bucket}/${pattern}`
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 's3:GetObject', Resource: [arn('blobs/*'), arn('runs/*')] },
      { Effect: 'Allow', Action: ['s3:AbortMultipartUpload', 's3:PutObject'], Resource: arn('runs/*') },
      {
        Effect: 'Allow',
        Action: 'ssm:GetParameter',
        Resource: `arn:aws:ssm:us-east-1:${account}:parameter/forkcast/secrets/*`,
      },
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: `arn:aws:secretsmanager:us-east-1:${account}:secret:forkcast/*`,
      },
    ],
  })
}
