export const codeOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

/** What postgres.js, Node and TLS say when there is no way to the server, and our own word for one that says nothing. */
const noWay =
  /^(E[A-Z]+|EAI_[A-Z]+|CONNECT(ION)?_[A-Z]+|SASL_[A-Z_]+|SILENT|ERR_(SOCKET|STREAM|TLS|SSL)_\w+|UNABLE_TO_\w+|\w*CERT_?\w*)$/
const sqlState = /^[0-9FHPX][0-9A-Z]{4}$/

/**
 * `data`: the database looked at it and will not take it (SQLSTATE classes 21, 22, 23, 54 and P0). `busy`: it answers, but could
 * not store within its time. `away`: there is no way to it, or it speaks of itself, from a full disk to a missing table: that
 * says nothing about the data and passes. `bug`: no word of the database’s at all. Our own code fails over it, and will the next
 * time too.
 */
export function faultOf(error: unknown): 'away' | 'busy' | 'data' | 'bug' {
  const code = codeOf(error)
  if (/^(2[123]|54|P0)[0-9A-Z]{3}$/.test(code)) return 'data'
  if (/^(57014|55P03|40[0-9A-Z]{3})$/.test(code)) return 'busy'
  return sqlState.test(code) || noWay.test(code) ? 'away' : 'bug'
}
