import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { curlOf } from './detail-curl.ts'

const webhook = {
  id: 'whk_1',
  url: 'https://hooks.example/webhooks/retell?a=1&b=2',
  headers: [
    ['host', 'hooks.example'],
    ['content-length', '9'],
    ['x-note', `it's $HOME \`id\` "quoted"`],
    ['x-note', 'twice'],
    ['authorization', 'Bearer sk_hush'],
    ['x-retell-signature', 'v=1,d=ab'],
  ] as [string, string][],
  bodyEncoding: 'utf8' as const,
}
const hex = (bytes: string, encoding: BufferEncoding = 'utf8') => Buffer.from(bytes, encoding).toString('hex')

/** What a shell makes of the command: curl's arguments, and the bytes that it would send. */
function run(command: string): { args: string[]; sent: string } {
  const curl = `curl() { for last; do printf '%s\\0' "$last"; done; [ "$last" = @- ] && { printf 'stdin:'; cat; }; true; }`
  const said = execFileSync('sh', ['-c', `${curl}\n${command}`])
  const cut = said.indexOf('stdin:')
  const args = said
    .subarray(0, cut < 0 ? undefined : cut)
    .toString()
    .split('\0')
    .slice(0, -1)
  return { args, sent: cut < 0 ? hex(args.at(-1) ?? '') : said.subarray(cut + 'stdin:'.length).toString('hex') }
}

test.each([
  ['a text with quotes', `{"a":"it's $(id) é\\n"}`],
  ['many lines', 'a=1\r\nb=2\n'],
  ['what curl would take for a file', '@/etc/passwd'],
  ['a zero byte', 'a\0é'],
])('a delivery copied as curl sends the same bytes: %s', (_what, body) => {
  const { args, sent } = run(curlOf({ ...webhook, body, bodyBytes: Buffer.byteLength(body) }))

  expect(sent).toBe(hex(body))
  expect(args.slice(0, -2)).toEqual([
    '-X',
    'POST',
    webhook.url,
    '-H',
    `x-note: it's $HOME \`id\` "quoted"`,
    '-H',
    'x-note: twice',
    '-H',
    'authorization: •••',
    '-H',
    'x-retell-signature: v=1,d=ab',
  ])
})

test('bytes that are no text are sent as they were, and too many are read from their file', () => {
  const body = Buffer.from([0, 255, 10, 39]).toString('base64')

  expect(run(curlOf({ ...webhook, body, bodyEncoding: 'base64', bodyBytes: 4 })).sent).toBe('00ff0a27')
  expect(run(curlOf({ ...webhook, body: 'x'.repeat(200_000), bodyBytes: 200_000 })).args.at(-1)).toBe('@whk_1.bin')
})
