import type { ListTagsForResourceResponse } from '@aws-sdk/client-batch'
import { z } from 'zod'
import type { Account } from '#local/batch/account.ts'
import { checked, tags } from '#local/batch/api/shapes.ts'
import { nameIn } from '#local/batch/arns.ts'
import { refuse } from '#local/batch/batch-fault.ts'
import { batchLimits } from '#local/batch/batch-limits.ts'

const add = z.looseObject({ tags })

/** Lists, adds and takes off the tags of a resource. @throws BatchFault when there is no such resource. */
export interface TagCalls {
  list(arn: string): ListTagsForResourceResponse
  add(arn: string, body: unknown): object
  remove(arn: string, keys: readonly string[]): object
}

export function tagCalls(account: Account): TagCalls {
  return {
    list: (arn) => ({ tags: { ...tagsOf(arn) } }),
    add: (arn, body) => {
      const added = checked<z.infer<typeof add>>(add, body).tags
      const own = tagsOf(arn)
      if (Object.keys({ ...own, ...added }).length > batchLimits.tags) refuse(`at most ${batchLimits.tags} tags`)
      Object.assign(own, added)
      return {}
    },
    remove: (arn, keys) => {
      const own = tagsOf(arn)
      for (const key of keys) delete own[key]
      return {}
    },
  }

  function tagsOf(arn: string): Record<string, string> {
    return ownTags(arn) ?? refuse(`${arn} has no tags here`)
  }

  function ownTags(arn: string): Record<string, string> | undefined {
    const kind = arn.split(':')[5]?.split('/')[0]
    const name = nameIn(arn)
    switch (kind) {
      case 'compute-environment':
        return account.environments.get(name)?.detail.tags
      case 'job-queue':
        return account.queues.get(name)?.detail.tags
      case 'scheduling-policy':
        return account.policies.get(arn)?.detail.tags
      case 'job-definition':
        return account.definitions.get(name.replace(/:\d+$/, ''))?.find(({ detail }) => detail.jobDefinitionArn === arn)
          ?.detail.tags
      case 'job': {
        const job = account.jobs.get(name)
        return job?.array?.kind === 'child' ? undefined : job?.spec.tags
      }
      default:
        return undefined
    }
  }
}
