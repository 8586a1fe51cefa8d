import type { Template } from 'aws-cdk-lib/assertions'

/** Some resource of the type is told all this. */
export function assertHas(template: Template, type: string, properties: object): void {
  template.hasResourceProperties(type, properties)
}

/** Every resource of the type is told all this. */
export function assertAll(template: Template, type: string, properties: object): void {
  template.allResourcesProperties(type, properties)
}

export function assertCount(template: Template, type: string, count: number): void {
  template.resourceCountIs(type, count)
}

/** So many resources of the type are told all this. */
export function assertCountOf(template: Template, type: string, properties: object, count: number): void {
  template.resourcePropertiesCountIs(type, properties, count)
}
