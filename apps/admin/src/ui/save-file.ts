/** Hands a file to the reader's downloads. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

type Cell = string | number | null

/** A text that a spreadsheet would read as a formula is made harmless by an apostrophe. */
function field(value: Cell): string {
  if (typeof value !== 'string') return value === null ? '' : String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Hands rows to the reader's downloads, as a file for a spreadsheet. */
export function saveRows(name: string, rows: Cell[][]): void {
  const records = rows.map((row) => `${row.map(field).join(',')}\r\n`)
  saveFile(name, new Blob(records, { type: 'text/csv' }))
}
