/** What the role of all clones may, as the stack of a deployment has it. */
export function cloneRolePolicy(bucket: string): string {
  const arn = (pattern: string): string => `arn:aws:s3:::${bucket}/${pattern}`
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 's3:GetObject', Resource: [arn('blobs/*'), arn('runs/*')] },
      { Effect: 'Allow', Action: ['s3:AbortMultipartUpload', 's3:PutObject'], Resource: arn('runs/*') },
    ],
  })
}
