const deep = (levels: number): unknown => {
  let value: unknown = 'bottom'
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? { a: value } : [value]
  return value
}

/** What somebody sends who means harm, or whose program is broken, by name: a failure prints the name and not a megabyte. */
export const hostile: Readonly<Record<string, unknown>> = {
  'a NUL': 'before\0after',
  'nothing but a NUL': '\0',
  'half of a surrogate pair': 'before\uD800after',
  'the other half first': '\uDC00\uD800',
  'a byte order mark and controls': '\uFEFF\u0001\u001B[31m\u007F\u0085\u2028',
  'text that turns around': '\u202Eabc\u2066',
  'a letter with many marks': `a${'\u0301'.repeat(500)}`,
  'as much text as a body takes': 'x'.repeat(900_000),
  'more text than a body takes': 'x'.repeat(1_200_000),
  'a quote and a statement': `'; drop table customers; --`,
  'a statement that sleeps': `' || (select pg_sleep(10)) || '`,
  'a backslash and a hexadecimal zero': '\\x00',
  'a percent sign': '%',
  'an underscore and a backslash': '_\\',
  'an open bracket of a pattern': '(((((a+)+)+$[',
  script: '<script>alert(1)</script>',
  'an image that fails': `"><img src=x onerror=alert(1)>`,
  template: '{{constructor.constructor("return 1")()}}#{1+1}',
  formula: `=cmd|' /C calc'!A0`,
  'a formula after a tab': '\t=1+1',
  'a path upwards': '../../../../etc/passwd',
  'a line break and a header': 'a\r\nset-cookie: trunkline_session=x',
  'an empty text': '',
  blanks: '   ',
  '__proto__ as text': '__proto__',
  'beyond what a double counts': 2 ** 53,
  'a number as large as there is': 1e308,
  'minus zero': -0,
  'a fraction': 0.1,
  'below zero': -1,
  'beyond an int4': 2 ** 31,
  'beyond an int8': 2 ** 63,
  'NaN as text': 'NaN',
  'infinity as text': '-Infinity',
  'a number as text': '1e9',
  null: null,
  true: true,
  'an empty list': [],
  'an empty object': {},
  'a list of lists': [[[[]]]],
  'a long list': Array.from({ length: 10_000 }, () => 'x'),
  'an object with a length': { length: 1e9 },
  'an object that is a text': { toString: 'x', valueOf: null },
  'an operator': { $ne: null },
  'an own __proto__': JSON.parse('{"__proto__":{"polluted":true}}'),
  'a constructor': { constructor: { prototype: { polluted: true } } },
  'deeply nested': deep(500),
  'the year 275760': '+275760-09-13T00:00:00.000Z',
  'the year 0': '0000-01-01T00:00:00.000Z',
  'before Christ': '-004713-01-01T00:00:00Z',
  'the 30th of February': '2026-02-30T00:00:00Z',
  'the last day': '9999-12-31T23:59:59.999999999Z',
  'a zone there is not': '2026-01-01T00:00:00+99:99',
  'no id of ours': 'cus_00000000000000000000000000000000',
  'an id in capitals': 'CUS_0190B6E28C4A7D3F9A1B2C3D4E5F6071',
  'an id of nothing': 'whk_ffffffffffffffffffffffffffffffff',
}

/** A body of JSON as deep as this, as text: no object of that depth is made here. */
export const nested = (levels: number, inside = '1'): string =>
  `${'{"a":'.repeat(levels)}${inside}${'}'.repeat(levels)}`
