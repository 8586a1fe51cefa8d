import { z } from 'zod'

/** A value that is known only where the task runs. A value that is written down was refused before, unseen. */
export const secretSchema = z.strictObject({
  from: z
    .string()
    .regex(/^(?:env|file|ssm|secretsmanager):./)
    .describe('`env:NAME`, `file:PATH`, `ssm:NAME` (or ARN), or `secretsmanager:ARN`.'),
})
