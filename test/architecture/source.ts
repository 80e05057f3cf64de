import { parseAst } from 'vitest/node'

export type SourceFile = { path: string; text: string }
export type Violation = { path: string; line: number; rule: string; text: string }

/** A syntax node as the parser gives it (ESTree with TypeScript's own nodes). */
export type Node = { type: string; start: number; end: number; [key: string]: unknown }

export type Import = {
  specifier: string
  line: number
  /** Erased before the program runs. */
  typeOnly: boolean
  /** Local name → exported name; `*` for a namespace. */
  names: Map<string, string>
}

export type Source = SourceFile & { nodes: Node[]; program: Node; imports: Import[]; lineOf: (node: Node) => number }

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

export const nodesIn = (value: unknown): Node[] => {
  const found: Node[] = []
  const visit = (item: unknown) => {
    if (Array.isArray(item)) for (const entry of item) visit(entry)
    else if (isNode(item)) {
      found.push(item)
      for (const key in item) if (typeof item[key] === 'object') visit(item[key])
    }
  }
  visit(value)
  return found
}

export const nameOf = (value: unknown): string | undefined => {
  if (!isNode(value)) return undefined
  if (value.type === 'Identifier' || value.type === 'JSXIdentifier') return String(value.name)
  return value.type === 'Literal' && typeof value.value === 'string' ? value.value : undefined
}

/** `a.b.c` as ['a', 'b', 'c']; whatever is not a plain name counts as ''. */
export const pathOf = (value: unknown): string[] => {
  if (!isNode(value)) return ['']
  if (value.type === 'MemberExpression') {
    const property = value.computed ? stringOf(value.property) : nameOf(value.property)
    return [...pathOf(value.object), property ?? '']
  }
  if (value.type === 'ChainExpression' || value.type === 'TSNonNullExpression') return pathOf(value.expression)
  return [value.type === 'Identifier' ? String(value.name) : '']
}

export const stringOf = (value: unknown): string | undefined =>
  isNode(value) && value.type === 'Literal' && typeof value.value === 'string' ? value.value : undefined

export function parse(file: SourceFile): Source {
  const program = parseAst(file.text, { lang: file.path.endsWith('.tsx') ? 'tsx' : 'ts' }, file.path) as unknown as Node
  const starts = [0, ...[...file.text.matchAll(/\n/g)].map((match) => match.index + 1)]
  const lineOf = (node: Node) => starts.findLastIndex((start) => start <= node.start) + 1
  const nodes = nodesIn(program)
  const imports = nodes.flatMap((node) => importOf(node, lineOf) ?? [])
  return { ...file, program, nodes, imports, lineOf }
}

function importOf(node: Node, lineOf: (node: Node) => number): Import | undefined {
  const argument = node.type === 'TSImportType' ? node.argument : undefined
  const specifier =
    stringOf(node.source) ?? stringOf(isNode(argument) && argument.literal ? argument.literal : argument)
  if (specifier === undefined) return undefined
  const entry = { specifier, line: lineOf(node), names: new Map<string, string>() }
  switch (node.type) {
    case 'ImportExpression':
      return { ...entry, typeOnly: false }
    case 'TSImportType':
      return { ...entry, typeOnly: true }
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return { ...entry, typeOnly: node.exportKind === 'type' }
    case 'ImportDeclaration':
      return { ...entry, typeOnly: node.importKind === 'type', names: namesOf(node.specifiers as Node[]) }
    default:
      return undefined
  }
}

const namesOf = (specifiers: Node[]) =>
  new Map(
    specifiers.map((entry): [string, string] => [
      nameOf(entry.local) ?? '',
      nameOf(entry.imported) ?? (entry.type === 'ImportNamespaceSpecifier' ? '*' : 'default'),
    ]),
  )

export const isTest = (path: string) => /\.test\.tsx?$|\/testing\//.test(path)
