import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
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
    ['content-type', 'application/json'],
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
    '-g',
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
    '-H',
    'content-type: application/json',
  ])
})

test('bytes that are no text are sent as they were, and too many are read from their file', () => {
  const body = Buffer.from([0, 255, 10, 39]).toString('base64')

  expect(run(curlOf({ ...webhook, body, bodyEncoding: 'base64', bodyBytes: 4 })).sent).toBe('00ff0a27')
  expect(run(curlOf({ ...webhook, body: 'x'.repeat(200_000), bodyBytes: 200_000 })).args.at(-1)).toBe('@whk_1.bin')
})

// not every machine has it; what it is told is asked above
const hasCurl = spawnSync('curl', ['--version']).error === undefined

test.skipIf(!hasCurl)(
  'curl itself sends the headers that came, one without a value too, adds none that says another kind of body, and reads no list in the address',
  async () => {
    const heard = Promise.withResolvers<{ path: string | undefined; pairs: string[] }>()
    const server = createServer(({ url, rawHeaders }, response) => {
      heard.resolve({ path: url, pairs: rawHeaders })
      response.end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const path = '/webhooks/retell?tag[]=1&of={a,b}&from=[1-3]'

    await promisify(execFile)('sh', [
      '-c',
      curlOf({
        ...webhook,
        url: `http://127.0.0.1:${port}${path}`,
        headers: [
          ['x-nothing', ''],
          ['x-retell-signature', 'v=1,d=ab'],
        ],
        body: '{"a":1}',
        bodyBytes: 7,
      }),
    ])

    const told = await heard.promise
    server.close()
    const names = told.pairs.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
    expect(told.path).toBe(path)
    expect(names).toContain('x-nothing')
    expect(names).toContain('x-retell-signature')
    expect(names).not.toContain('content-type')
  },
)
