import { domainOf, isDoor, river } from './house.ts'
import { isTest, type Node, nameOf, nodesIn, pathOf, type Source, stringOf, type Violation } from './source.ts'

type Table = { name: string; constant: string; domain: string }

const schemaFile = /^packages\/db\/src\/schema\/(\w+)(?:-[\w-]+)?\.ts$/

/** The tables of packages/db/src/schema, each belonging to the domain that the name of its file begins with. */
export const tablesOf = (sources: Source[]): Table[] =>
  sources.flatMap((source) => {
    const domain = schemaFile.exec(source.path)?.[1]
    if (!domain) return []
    return source.nodes
      .filter((node) => node.type === 'VariableDeclarator')
      .flatMap((node) => {
        const call = nodesIn(node.init).find(
          (inner) => inner.type === 'CallExpression' && nameOf(inner.callee) === 'pgTable',
        )
        const name = stringOf((call?.arguments as Node[] | undefined)?.[0])
        return name ? [{ name, constant: nameOf(node.id) ?? '', domain }] : []
      })
  })

/** Only a domain's own folder writes its tables. */
export function writeViolations(source: Source, tables: Table[]): Violation[] {
  if (!source.path.startsWith('apps/api/src/') || isTest(source.path)) return []
  const folder = domainOf(source.path)
  const imported = importedTables(source, tables)
  return source.nodes
    .flatMap((node) =>
      [...builderWrites(node, imported), ...rawWrites(node, imported, tables)].map((table) => ({ node, table })),
    )
    .filter(({ table }) => table.domain !== folder)
    .map(({ node, table }) => ({
      path: source.path,
      line: source.lineOf(node),
      rule: 'own tables only',
      text: `${folder || 'the top of src'} writes ${table.name}, a table of ${table.domain}`,
    }))
}

/** What a table is called in this file: `alerts`, or `schema.alerts` under a namespace import. */
function importedTables(source: Source, tables: Table[]): Map<string, Table> {
  const names = new Map<string, Table>()
  for (const entry of source.imports) {
    const domain = /^@trunkline\/db\/schema\/(\w+)(?:-[\w-]+)?$/.exec(entry.specifier)?.[1]
    const own = tables.filter((table) => table.domain === domain)
    for (const [local, exported] of entry.names)
      for (const table of own) {
        if (exported === '*') names.set(`${local}.${table.constant}`, table)
        if (exported === table.constant) names.set(local, table)
      }
  }
  return names
}

function builderWrites(node: Node, imported: Map<string, Table>): Table[] {
  if (node.type !== 'CallExpression' || !isMember(node.callee, ['insert', 'update', 'delete'])) return []
  const table = imported.get(pathOf((node.arguments as Node[])[0]).join('.'))
  return table ? [table] : []
}

const isMember = (callee: unknown, names: string[]) => {
  const path = pathOf(callee)
  return path.length > 1 && names.includes(path.at(-1) ?? '')
}

const target = String.raw`(?:only\s+)?(?:"?public"?\.)?("?)([\w.]+)\1`
const writes = [
  new RegExp(String.raw`\b(?:insert\s+into|delete\s+from|merge\s+into|truncate(?:\s+table)?|copy)\s+${target}`, 'gi'),
  new RegExp(String.raw`\bupdate\s+${target}(?:\s+(?:as\s+)?\w+)?\s+set\b`, 'gi'),
]

function rawWrites(node: Node, imported: Map<string, Table>, tables: Table[]): Table[] {
  const text = sqlText(node)
  if (text === undefined) return []
  return writes.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const name = match[2] ?? ''
      return tables.find((table) => table.name === name) ?? imported.get(name) ?? []
    }),
  )
}

/** A string or template as text; `${alerts}` stands in it as the name `alerts`. */
function sqlText(node: Node): string | undefined {
  if (node.type === 'Literal') return stringOf(node)
  if (node.type !== 'TemplateLiteral') return undefined
  const quasis = node.quasis as { value: { cooked: string } }[]
  const expressions = node.expressions as Node[]
  return quasis
    .map((quasi, at) => `${quasi.value.cooked}${at < expressions.length ? pathOf(expressions[at]).join('.') : ''}`)
    .join('')
}

// prose starts with a capital ("Select a customer from the list"), SQL is written in one case
const statement =
  /\b(?:(?:select|SELECT)\s[\s\S]*\s(?:from|FROM)\s|(?:insert|INSERT)\s+(?:into|INTO)\s|(?:delete|DELETE)\s+(?:from|FROM)\s|(?:update|UPDATE)\s+\S+\s+(?:set|SET)\s)/

/** A door parses, calls a verb and answers. */
export function doorViolations(source: Source): Violation[] {
  if (!isDoor(source.path)) return []
  return source.nodes
    .filter((node) => statement.test(sqlText(node) ?? '') || isSqlTag(node) || isDatabaseCall(node))
    .map((node) => ({
      path: source.path,
      line: source.lineOf(node),
      rule: 'door without SQL',
      text: 'a door speaks SQL',
    }))
}

const isSqlTag = (node: Node) => node.type === 'TaggedTemplateExpression' && pathOf(node.tag).includes('sql')

const isDatabaseCall = (node: Node) =>
  node.type === 'CallExpression' && ['db', 'tx', 'sql'].includes(pathOf(node.callee).at(-2) ?? '')

export const unknownSchemaFiles = (sources: Source[]): Violation[] =>
  sources.flatMap((source) => {
    const domain = schemaFile.exec(source.path)?.[1]
    if (!domain || domain === 'platform' || river.includes(domain)) return []
    return { path: source.path, line: 1, rule: 'folders are domains', text: `${domain} is no domain of the river` }
  })
