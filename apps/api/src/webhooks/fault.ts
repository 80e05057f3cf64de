export const codeOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

/**
 * `data`: the database looked at it and will not take it (SQLSTATE classes 22, 23 and 54). `busy`: it answers, but could
 * not store within its time. `away`: everything else, from a missing route to a missing table, says nothing about the data
 * and passes: the spool takes over.
 */
export function faultOf(error: unknown): 'away' | 'busy' | 'data' {
  const code = codeOf(error)
  if (/^(22|23|54)[0-9A-Z]{3}$/.test(code)) return 'data'
  return /^(57014|55P03|40[0-9A-Z]{3})$/.test(code) ? 'busy' : 'away'
}
