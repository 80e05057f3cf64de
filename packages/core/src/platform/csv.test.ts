import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvRecord } from './csv.ts'

/** Reads one record as RFC 4180 says. */
function read(record: string): string[] {
  const fields: string[] = []
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy
  for (const [, quoted, plain = ''] of record.matchAll(pattern)) fields.push(quoted?.replaceAll('""', '"') ?? plain)
  return fields
}

test('whatever stands in a field comes back, and none begins a formula', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (values) => {
      const fields = read(csvRecord(values))

      expect(fields.map((text, nth) => (text === values[nth] ? text : text.replace(/^'/, '')))).toEqual(values)
      expect(fields.some((text) => /^[=+\-@\t\r]/.test(text))).toBe(false)
    }),
  )
})

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('%j is a text', (text) => {
  expect(read(csvRecord([text, 1]))).toEqual([`'${text}`, '1'])
})

test('a figure stays a figure, and nothing is nothing', () => {
  expect(csvRecord([-5, null, 'a "b", c'])).toBe('-5,,"a ""b"", c"\r\n')
})
