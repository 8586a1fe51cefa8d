import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Template } from 'aws-cdk-lib/assertions'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { App, type IPolicyValidationPlugin, type Stack, Validations } from 'aws-cdk-lib/core'
import type { TemplateResource } from '#contract/idle-prices.ts'
import cdk from '../../cdk.json' with { type: 'json' }
import { addDeployment, type Deployment, type DeploymentChoices } from '../../lib/deployment.ts'

/** Choices of a deployment; its functions are not bundled, and its agent is any. */
export type TestChoices = Omit<DeploymentChoices, 'built'>

// What CloudFormation itself would say takes four seconds each time: one test asks for it.
process.env['CDK_VALIDATION'] = 'false'

/** A deployment as its app has made it, before it is synthesised. */
export function deploymentOf(choices: TestChoices = {}): { readonly app: App; readonly stacks: Deployment } {
  const app = new App({ context: cdk.context, outdir: mkdtempSync(join(tmpdir(), 'forkcast-cdk-')) })
  try {
    const stacks = addDeployment(app, {
      built: '',
      agent: 'lib/host/start.mjs',
      ...choices,
      controlPlane: {
        codeOf: () => Code.fromInline('export const handler = () => undefined'),
        ...choices.controlPlane,
      },
    })
    return { app, stacks }
  } catch (error) {
    rmSync(app.outdir, { recursive: true, force: true })
    throw error
  }
}

/** Templates of the stacks of a deployment. */
export interface Templates {
  readonly data: Template
  readonly pools: Template | undefined
  readonly controlPlane: Template
  readonly observability: Template | undefined
  readonly all: readonly Template[]
}

export function templatesOf(choices: TestChoices = {}): Templates {
  const { app, stacks } = deploymentOf(choices)
  const templateOf = (stack: Stack) => Template.fromStack(stack)
  const templates = {
    data: templateOf(stacks.data),
    pools: stacks.pools && templateOf(stacks.pools),
    controlPlane: templateOf(stacks.controlPlane),
    observability: stacks.observability && templateOf(stacks.observability),
  }
  rmSync(app.outdir, { recursive: true, force: true })
  return { ...templates, all: Object.values(templates).filter((template) => template !== undefined) }
}

/** The resources of a template, by id. */
export function resourcesOf(template: Template): Readonly<Record<string, TemplateResource>> {
  return (template.toJSON() as { readonly Resources: Readonly<Record<string, TemplateResource>> }).Resources
}

/** What a plugin found. */
export interface Finding {
  readonly rule: string
  readonly path: string
}

/** Synthesises a deployment before the eyes of plugins; what they found. */
export function findingsOf(
  choices: TestChoices,
  pluginsOf: (app: App) => readonly IPolicyValidationPlugin[],
): Finding[] {
  const { app } = deploymentOf(choices)
  Validations.of(app).addPlugins(...pluginsOf(app))
  try {
    app.synth()
  } catch {
    // It ends so whenever there are findings; they are in the report.
  }
  const report = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8')) as Report
  rmSync(app.outdir, { recursive: true, force: true })
  return report.pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => ({ rule: ruleName, path: constructPath })),
    ),
  )
}

interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string
      readonly violatingConstructs: readonly { readonly constructPath: string }[]
    }[]
  }[]
}
