import { readFileSync } from 'node:fs'
import ts from 'typescript'

/** A node of the JSON schema, as far as it is walked here. */
interface SchemaNode {
  readonly $ref?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: SchemaNode | boolean
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>
  readonly anyOf?: readonly SchemaNode[]
  readonly definitions?: Readonly<Record<string, SchemaNode>>
}

const builderFile = 'src/core/workflow/builder.ts'
const schemaFile = 'src/core/workflow/schema.ts'

/**
 * The declarations of the builder in one text that imports nothing. The shape of a workflow is inferred from a schema in zod;
 * here it is written out, with the descriptions of the JSON schema, so that an editor shows them.
 */
export function builderTypes(): string {
  const { config } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)) as { readonly config: unknown }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, '.')
  const program = ts.createProgram([schemaFile], options)
  const root = JSON.parse(readFileSync('workflow.schema.json', 'utf8')) as SchemaNode
  const { transpileDeclaration } = ts
  const { outputText } = transpileDeclaration(readFileSync(builderFile, 'utf8'), { compilerOptions: options })
  return [
    ...workflowTypes(program, root),
    "type TaskInput = WorkflowInput['tasks'][string]",
    outputText.replaceAll(/^import .*\n/gm, ''),
  ].join('\n')
}

/** `WorkflowInput` and all types that it names. */
function workflowTypes(program: ts.Program, root: SchemaNode): readonly string[] {
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(schemaFile)
  const module = source && checker.getSymbolAtLocation(source)
  const workflow = module && checker.getExportsOfModule(module).find(({ name }) => name === 'WorkflowInput')
  if (source === undefined || workflow === undefined) throw new Error(`${schemaFile} exports no WorkflowInput`)
  const flags =
    ts.NodeBuilderFlags.NoTruncation | ts.NodeBuilderFlags.InTypeAlias | ts.NodeBuilderFlags.MultilineObjectLiterals
  const shape = checker.typeToTypeNode(checker.getDeclaredTypeOfSymbol(workflow), undefined, flags)
  if (shape === undefined) throw new Error('WorkflowInput has no form in words')

  const printer = ts.createPrinter()
  const named = new Map<string, string>()
  const print = (node: ts.Node, schema: SchemaNode | undefined): string =>
    printer.printNode(ts.EmitHint.Unspecified, explained(node, schema, { root, name: declare }), source)
  /** Types that hold themselves stay names; their declarations are in the sources. */
  const declare = (name: string): void => {
    if (named.has(name) || name === 'Record') return
    named.set(name, '')
    const files = program.getSourceFiles().filter(({ fileName }) => fileName.includes('/src/core/'))
    const found = files.flatMap((file) =>
      file.statements.flatMap((one) => (declares(one, name) ? [{ file, one }] : [])),
    )[0]
    if (found === undefined) throw new Error(`${name} is declared nowhere in src/core`)
    const schema = root.definitions?.[name.replace(/Input$/, '').toLowerCase()]
    const node = explained(found.one, schema, { root, name: declare })
    named.set(name, printer.printNode(ts.EmitHint.Unspecified, node, found.file).replace(/^export /m, ''))
  }
  const text = print(shape, root)
  return [...named.values(), `type WorkflowInput = ${text};`]
}

function declares(node: ts.Statement, name: string): boolean {
  return (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) && node.name.text === name
}

/** The same type, with the schema's descriptions above its properties; `name` is told of each type that it names. */
function explained(
  node: ts.Node,
  schema: SchemaNode | undefined,
  { root, name }: { readonly root: SchemaNode; readonly name: (type: string) => void },
): ts.Node {
  const resolved = (one: SchemaNode | undefined): SchemaNode | undefined =>
    one?.$ref === undefined ? one : root.definitions?.[one.$ref.replace('#/definitions/', '')]
  /** The node itself and, where it has alternatives, all of them. */
  const alternatives = (one: SchemaNode | undefined): readonly SchemaNode[] => {
    const own = resolved(one)
    return own === undefined ? [] : [own, ...(own.anyOf ?? []).flatMap(alternatives)]
  }
  const entryOf = ({ additionalProperties, patternProperties }: SchemaNode): readonly SchemaNode[] => [
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
    ...Object.entries(patternProperties ?? {}).flatMap(([pattern, entry]) => (pattern === '^x-' ? [] : [entry])),
  ]
  const visit = (one: ts.Node, at: SchemaNode | undefined): ts.Node => {
    if (ts.isTypeReferenceNode(one) && ts.isIdentifier(one.typeName)) name(one.typeName.text)
    const isRecord = ts.isTypeReferenceNode(one) && one.typeArguments?.length === 2
    const below = isRecord ? alternatives(at).flatMap(entryOf)[0] : at
    if (!ts.isPropertySignature(one) || one.type === undefined)
      return ts.visitEachChild(one, (child) => visit(child, below), undefined)
    const key = ts.isIdentifier(one.name) || ts.isStringLiteral(one.name) ? one.name.text : ''
    const own = alternatives(at).flatMap(({ properties }) => properties?.[key] ?? [])[0]
    const type = visit(one.type, own) as ts.TypeNode
    const property = ts.factory.createPropertySignature(one.modifiers, one.name, one.questionToken, type)
    const said = own?.description ?? resolved(own)?.description
    if (said === undefined) return property
    const comment = `* ${said.replaceAll('*/', '*\\/')} `
    return ts.addSyntheticLeadingComment(property, ts.SyntaxKind.MultiLineCommentTrivia, comment, true)
  }
  return visit(node, schema)
}
