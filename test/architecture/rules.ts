import { importViolations } from './imports.ts'
import { purityViolations } from './purity.ts'
import { shapeViolations } from './shape.ts'
import { parse, type SourceFile, type Violation } from './source.ts'
import { doorViolations, tablesOf, unknownSchemaFiles, writeViolations } from './tables.ts'

/** Every broken rule of the house in these files, which together are the whole tree. */
export function violationsIn(files: SourceFile[]): Violation[] {
  const sources = files.map(parse)
  const tables = tablesOf(sources)
  const found = [
    ...unknownSchemaFiles(sources),
    ...sources.flatMap((source) => [
      ...importViolations(source),
      ...purityViolations(source),
      ...doorViolations(source),
      ...writeViolations(source, tables),
      ...shapeViolations(source),
    ]),
  ]
  // a tagged template is met as the tag and as its text
  const met = new Set<string>()
  return found.filter(({ path, line, rule, text }) => {
    const key = `${path}:${line}:${rule}:${text}`
    return !met.has(key) && met.add(key)
  })
}
