import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { isBuiltin } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { json, text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { raiseAlerts } from '@trunkline/api/alerts/raise'
import { retellCall } from '@trunkline/api/testing/world'
import { publint } from 'publint'
import { build } from 'tsdown'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Consumer, packForConsumer, run, start } from './testing/consumer.ts'
import { openServer, type Server } from './testing/server.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({
  language,
  code,
}))
const examples = blocks.filter(({ language }) => language === 'ts').map(({ code }) => code)
const commandNames = ['listen', 'replay', 'sign', 'tail', 'verify']
/** The commands that the README shows, each without the program's own name. */
const programs = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ code }) => [...code.matchAll(/^npx -p @trunkline\/client trunkline (.+)$/gm)])
  .map(([, words = '']) => words.split(' '))
const exampleWith = (word: string) => `example-${examples.findIndex((code) => code.includes(word))}.ts`

let server: Server
let consumer: Consumer
let environment: Record<string, string>

beforeAll(async () => {
  ;[server, consumer] = await Promise.all([openServer(), packForConsumer()])
  environment = { ...consumer.oldestNode, TRUNKLINE_URL: server.url, TRUNKLINE_TOKEN: server.token }
  const [command = ''] = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code.trim())
  const [npm = '', ...words] = command.split(' ')
  // what the registry would give under this name
  const what = words.flatMap((word) => (word === '@trunkline/client' ? consumer.installArguments : [word]))
  await run(consumer.folder, npm, what)
  for (const [index, code] of examples.entries()) await consumer.write(`example-${index}.ts`, code)
  await raise('The pump stands still')
}, 120_000)

afterAll(async () => {
  await server?.close()
  await consumer?.remove()
})

async function raise(title: string) {
  const draft = { type: 'usage.threshold', severity: 'low', customerId: null, rank: 1, metadata: {} } as const
  const text = { title, message: title, dedupKey: title, series: title, runbook: 'docs/runbooks/usage.md#crossed' }
  await raiseAlerts(server.world.ctx(), [{ ...draft, ...text }])
}

/** A call that Retell tells of; answers the bytes. */
async function deliver(callId: string): Promise<string> {
  const { ended } = retellCall({ to: '+13125550177', seconds: 60, id: callId })
  expect((await server.world.retell(ended)).status).toBe(200)
  return JSON.stringify(ended)
}

const example = (word: string) => start(consumer.folder, process.execPath, [exampleWith(word)], environment)

describe('the package', () => {
  test('is sound in the eyes of publint', async () => {
    const tarball = readFileSync(consumer.tarball)
    const { messages } = await publint({ pack: { tarball: new Uint8Array(tarball).buffer }, strict: true })

    expect(messages).toEqual([])
  })

  test('has right types from wherever it is imported', async () => {
    const home = fileURLToPath(new URL('..', import.meta.url))
    const said = await run(home, 'pnpm', ['run', 'attw', consumer.tarball])

    expect(said).toContain('No problems found')
  })

  test('holds what it needs and nothing else', async () => {
    const files = (await run(consumer.folder, 'tar', ['-tf', consumer.tarball])).trim().split('\n').sort()
    const manifest = JSON.parse(readFileSync(installed('package.json'), 'utf8'))

    expect(files).toEqual([
      'package/CHANGELOG.md',
      'package/LICENSE',
      'package/README.md',
      'package/dist/cli.js',
      'package/dist/index.cjs',
      'package/dist/index.d.cts',
      'package/dist/index.d.ts',
      'package/dist/index.js',
      'package/package.json',
    ])
    expect(Object.keys(manifest.dependencies).sort()).toEqual(['@trpc/client', '@trpc/server', 'eventsource'])
    for (const file of ['index.d.ts', 'index.d.cts'])
      expect(specifiersOf(`dist/${file}`)).toEqual([
        '@trpc/client',
        '@trpc/server',
        '@trpc/server/unstable-core-do-not-import',
      ])
  })

  test('is not packed by npm, which leaves in it what the workspace alone can read', async () => {
    const home = fileURLToPath(new URL('..', import.meta.url))
    const { code, errors } = await start(home, 'npm', ['pack', '--dry-run']).ended

    expect(code).not.toBe(0)
    expect(errors).toContain('Pack and publish it with pnpm')
  })

  test('asks of Node no more than it promises, and neither does what it depends on', () => {
    const manifests = ['@trunkline/client', '@trpc/client', '@trpc/server', 'eventsource', 'eventsource-parser'].map(
      (name) => JSON.parse(readFileSync(join(consumer.folder, 'node_modules', name, 'package.json'), 'utf8')),
    )
    const asked = manifests.map(({ name, engines }): [string, number] => {
      const [, major = 0, minor = 0] = />=\s*(\d+)(?:\.(\d+))?/.exec(engines?.node ?? '') ?? []
      return [name, Number(major) * 1000 + Number(minor)]
    })
    const [[, promised] = ['', 0]] = asked

    expect(asked.filter(([, version]) => version > promised)).toEqual([])
  })

  test('has nothing of Node in what a browser loads', async () => {
    const specifiers = specifiersOf('dist/index.js')
    const code = readFileSync(installed('dist/index.js'), 'utf8')

    expect(specifiers).toEqual(['@trpc/client', '@trpc/server/observable', 'eventsource'])
    expect(code).not.toMatch(/\b(?:process|Buffer|require|__dirname|global|setImmediate)\b\s*[.([]/)
  })

  test('goes into one file for a browser, dependencies and all', async () => {
    const entry = await consumer.write('page.mjs', "export * from '@trunkline/client'\n")
    const [bundle] = await build({
      config: false,
      cwd: consumer.folder,
      entry: { page: entry },
      outDir: join(consumer.folder, 'page'),
      platform: 'browser',
      deps: { alwaysBundle: /./, onlyBundle: false },
      outputOptions: { codeSplitting: false },
      dts: false,
      write: false,
      logLevel: 'silent',
    })
    const imported = bundle?.chunks.flatMap((chunk) =>
      chunk.type === 'chunk' ? [chunk.fileName, ...chunk.imports, ...chunk.dynamicImports] : [],
    )

    expect(new Set(imported)).toEqual(new Set(['page.js']))
  })
})

describe('a project outside the workspace', () => {
  test('uses the client as an ES module', async () => {
    await consumer.write(
      'program.mjs',
      `import { createClient, isTrunklineError, TrunklineError, watch } from '@trunkline/client'
${useClient}`,
    )
    const { code, output, errors } = await start(consumer.folder, process.execPath, ['program.mjs'], environment).ended

    expect({ code, errors, said: JSON.parse(output) }).toEqual({ code: 0, errors: '', said: answers })
  })

  test('uses the client through require', async () => {
    await consumer.write(
      'program.cjs',
      `const { createClient, isTrunklineError, TrunklineError, watch } = require('@trunkline/client')
;(async () => {
${useClient}})()`,
    )
    const { code, output, errors } = await start(consumer.folder, process.execPath, ['program.cjs'], environment).ended

    expect({ code, errors, said: JSON.parse(output) }).toEqual({ code: 0, errors: '', said: answers })
  })

  test('is told by the compiler what the server takes and answers', async () => {
    await consumer.write('consumer.mts', `import { createClient, everyPage, watch } from '@trunkline/client'\n${typed}`)
    await consumer.write(
      'consumer.cts',
      `import type { LiveEvent, RouterInputs, RouterOutputs } from '@trunkline/client'
import trunkline = require('@trunkline/client')
const { createClient, everyPage, watch } = trunkline
export async function all() {
${typed.replaceAll('export ', '')}}`,
    )
    const types = fileURLToPath(new URL('../../../node_modules/@types', import.meta.url))
    const flags = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2024', '--module', 'nodenext']
    const files = ['consumer.mts', 'consumer.cts', ...examples.map((_, index) => `example-${index}.ts`)]
    const { output } = await start(consumer.folder, 'tsc', [
      ...flags,
      '--types',
      'node',
      '--typeRoots',
      types,
      ...files,
    ]).ended

    // tRPC's own declarations name optional packages
    const complaints = output.split('\n').filter((line) => line !== '' && !line.startsWith('node_modules/@trpc/'))
    expect(complaints).toEqual([])
  })
})

describe('the README', () => {
  test('prints open alerts in six lines', async () => {
    expect(examples[0]?.trim().split('\n')).toHaveLength(6)
    expect(await example("state: 'open'").ended).toEqual({ code: 0, output: 'low The pump stands still\n', errors: '' })
  })

  test('reads a list to its end', async () => {
    const { code, output, errors } = await example('everyPage(').ended

    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toMatch(/^\d{4}-.+Z The pump stands still\n$/)
  })

  test('hears what changes, until it is told to stop', async () => {
    const program = example('watch(')
    await vi.waitFor(() => expect(program.output()).toMatch(/Z \[\]\n/), { timeout: 20_000 })
    await raise('The pump runs again')
    await vi.waitFor(() => expect(program.output()).toContain("[ 'alerts' ]\nThe pump runs again\n"), { timeout: 5000 })
    program.process.kill('SIGTERM')

    expect(await program.ended).toMatchObject({ code: 0, errors: '' })
  })

  test('follows the inbox, and goes on where it stopped', async () => {
    const one = example('webhooks.tail(')
    await vi.waitFor(() => expect(one.output()).toContain('listening'), { timeout: 20_000 })
    await deliver('call_while_it_runs')
    await vi.waitFor(() => expect(one.output()).toContain('call_while_it_runs'), { timeout: 5000 })
    one.process.kill('SIGTERM')
    expect(await one.ended).toMatchObject({ code: 0, errors: '' })
    await deliver('call_meanwhile')

    const again = example('webhooks.tail(')
    await vi.waitFor(() => expect(again.output()).toContain('call_meanwhile'), { timeout: 20_000 })
    again.process.kill('SIGTERM')

    const { code, output, errors } = await again.ended
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).not.toContain('call_while_it_runs')
  })

  test('shows what is wrong with an input', async () => {
    const { code, output, errors } = await example('isTrunklineError').ended

    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toMatch(/^invalid 400 \{\s+businessName: '.+'\s+\} req_\w+\n$/)
  })

  test('bounds a call in time', async () => {
    const { code, output, errors } = await example('timeoutMs').ended

    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toMatch(/^operator-\S+ operator\n$/)
  })

  test('has no example that no test runs', () => {
    const run = ["state: 'open'", 'everyPage(', 'webhooks.tail(', 'watch(', 'isTrunklineError', 'timeoutMs'].map(
      exampleWith,
    )

    expect(new Set(run).size).toBe(examples.length)
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['sh', 'ts']))
    expect(new Set(programs.map(([name]) => name))).toEqual(new Set(commandNames))
  })
})

describe('the command', () => {
  const commandOf = (name: string) => programs.find(([command]) => command === name) ?? []
  const trunkline = (words: string[], env: Record<string, string> = {}) =>
    start(consumer.folder, 'node_modules/.bin/trunkline', words, { ...consumer.oldestNode, ...env })
  let key: string
  let asker: Record<string, string>
  beforeAll(async () => {
    const asked = { name: 'CLI', scopes: ['webhooks:read', 'webhooks:replay'] }
    const token = await server.world.signIn('admin')
    key = (await server.world.rest('POST', '/api/admin/api-keys', { token, body: asked })).body.key
    asker = { TRUNKLINE_URL: server.url, TRUNKLINE_API_KEY: key }
  })

  test('explains itself and each of its commands', async () => {
    const said = await run(consumer.folder, 'npx', ['--no-install', '-p', '@trunkline/client', 'trunkline', '--help'])

    expect(new Set([...said.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name))).toEqual(new Set(commandNames))
    const helps = await Promise.all(commandNames.map((name) => trunkline([name, '--help']).ended))
    for (const [index, { code, output, errors }] of helps.entries()) {
      expect({ code, errors }).toEqual({ code: 0, errors: '' })
      expect(output).toMatch(new RegExp(`^Usage: trunkline ${commandNames[index]}`))
      expect(output).toContain('Exit codes: 0 done')
    }
  })

  test('posts each webhook byte for byte, with its headers in their order, and goes on where it was ended', async () => {
    const receiver = await openReceiver()
    onTestFinished(() => receiver.close())
    const words = commandOf('listen').map((word) => word.replace(/^http.*$/, receiver.url))
    const listen = (...more: string[]) => trunkline([...words, '--cursor-file', 'cursor', ...more], asker)
    const first = listen()
    await vi.waitFor(() => expect(first.errors()).toContain('listening'), { timeout: 20_000 })
    await deliver('call_first')
    await vi.waitFor(() => expect(first.output()).toMatch(/ call_ended .* -> 200 \(\d+ ms\)\n$/), { timeout: 5000 })
    first.process.kill('SIGTERM')
    expect(await first.ended).toMatchObject({ code: 0 })
    receiver.answer = 503
    const body = await deliver('call_second')

    const second = listen('--json')
    await vi.waitFor(() => expect(second.output()).toContain('\n'), { timeout: 20_000 })
    second.process.kill('SIGINT')

    expect(JSON.parse((await second.ended).output)).toMatchObject({
      provider: 'retell',
      eventType: 'call_ended',
      status: 503,
    })
    expect(receiver.got.map(({ body }) => JSON.parse(body).call.call_id)).toEqual(['call_first', 'call_second'])
    const [stored] = await server.world.owner`select headers from webhook_queue where body = ${body}`
    const ours = ['host', 'content-length', 'connection']
    const sent = receiver.got[1]?.headers.filter(([name]) => !ours.includes(name.toLowerCase()))
    expect(receiver.got[1]?.body).toBe(body)
    expect(sent).toEqual(stored?.headers.filter(([name]: [string]) => !ours.includes(name.toLowerCase())))
    expect([first.output(), first.errors(), second.output(), second.errors()].join()).not.toContain(key)
  })

  test('goes on where it was ended also when nothing had come by then', async () => {
    const tail = () => trunkline([...commandOf('tail'), '--cursor-file', 'quiet'], asker)
    const first = tail()
    await vi.waitFor(() => expect(first.errors()).toContain('listening'), { timeout: 20_000 })
    first.process.kill('SIGTERM')
    expect(await first.ended).toMatchObject({ code: 0, output: '' })
    await deliver('call_in_between')

    const second = tail()
    await vi.waitFor(() => expect(second.output()).toContain('\n'), { timeout: 20_000 })
    second.process.kill('SIGTERM')
    expect((await second.ended).output.trim().split('\n')).toHaveLength(1)

    const unkept = await trunkline([...commandOf('tail'), '--cursor-file', 'no/such/folder'], asker).ended
    expect(unkept).toMatchObject({ code: 1, output: '', errors: expect.stringContaining('ENOENT') })
  })

  test('waits for a reader who takes nothing, ends when asked to, and is done only with what was taken', async () => {
    const tail = () => trunkline([...commandOf('tail'), '--bytes', '--cursor-file', 'untaken'], asker)
    const slow = tail()
    onTestFinished(() => void slow.process.kill('SIGKILL'))
    const exited = once(slow.process, 'exit')
    await vi.waitFor(() => expect(slow.errors()).toContain('listening'), { timeout: 20_000 })
    slow.process.stdout?.pause()
    const large = Array.from({ length: 8 }, (_, nth) => `call_large_${nth}_${'z'.repeat(500_000)}`)
    for (const id of large) expect((await server.world.retell({ event: 'large', id })).status).toBe(200)
    await vi.waitFor(() => expect(slow.process.stdout?.readableLength).toBeGreaterThan(0), { timeout: 5000 })

    slow.process.kill('SIGINT')

    expect(await exited).toEqual([0, null])
    slow.process.stdout?.resume()
    const taken = (await slow.ended).output.split('\n').slice(0, -1)
    expect(taken.length).toBeLessThan(large.length)
    const next = tail()
    const rest = large.length - taken.length
    await vi.waitFor(() => expect(next.output().split('\n').slice(0, -1)).toHaveLength(rest), { timeout: 20_000 })
    next.process.kill('SIGTERM')
    const bodies = [...taken, ...(await next.ended).output.trim().split('\n')].map(
      (line) => JSON.parse(line).bytes.body,
    )
    expect(bodies.map((body) => JSON.parse(body).id)).toEqual(large)
  })

  test('says of an address that does not answer how long it has waited', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1')
    onTestFinished(() => {
      silent.close()
      silent.closeAllConnections()
    })
    await once(silent, 'listening')
    const address = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const listen = trunkline(['listen', '--forward', address, '--timeout', '0.2', '--json'], asker)
    await vi.waitFor(() => expect(listen.errors()).toContain('listening'), { timeout: 20_000 })
    await deliver('call_unanswered')
    await vi.waitFor(() => expect(listen.output()).toContain('\n'), { timeout: 5000 })
    listen.process.kill('SIGTERM')

    expect(JSON.parse((await listen.ended).output)).toMatchObject({ error: 'no answer within 0.2 s' })
  })

  test('prints what comes in, one JSON value a line', async () => {
    const tail = trunkline(commandOf('tail'), asker)
    await vi.waitFor(() => expect(tail.errors()).toContain('listening'), { timeout: 20_000 })
    await deliver('call_tailed')
    await vi.waitFor(() => expect(tail.output()).toContain('\n'), { timeout: 5000 })
    tail.process.kill('SIGTERM')

    expect(JSON.parse((await tail.ended).output)).toMatchObject({
      id: expect.stringMatching(/^whk_/),
      cursor: expect.any(String),
      provider: 'retell',
    })
  })

  test('replays a webhook, and a second time changes nothing', async () => {
    const body = await deliver('call_replayed')
    await server.world.process()
    const [row] = await server.world.owner`select id from webhook_queue where body = ${body}`
    const id = `whk_${String(row?.id).replaceAll('-', '')}`
    const words = commandOf('replay').map((word) => (word.startsWith('whk_') ? id : word))

    expect(await trunkline(words, asker).ended).toEqual({
      code: 0,
      output: `${id} processed\n  Nothing changed.\n`,
      errors: '',
    })
    expect(await trunkline(['replay', `whk_${'0'.repeat(32)}`], asker).ended).toMatchObject({
      code: 1,
      output: '',
      errors: expect.stringMatching(/^trunkline replay: not_found: There is no such webhook/),
    })
  })

  test('signs as a provider does, and says of a delivery whether it is genuine and by which secret', async () => {
    await consumer.write('event.json', '{"id":"evt_1","type":"invoice.paid"}')
    await consumer.write('secrets', 'whsec_another\nwhsec_own\n')
    const [own, other] = [{ TRUNKLINE_SECRET: 'whsec_own' }, { TRUNKLINE_SECRET: 'whsec_other' }]

    const signed = await trunkline(commandOf('sign'), own).ended
    await consumer.write('headers.txt', signed.output)

    expect(signed).toEqual({
      code: 0,
      output: expect.stringMatching(/^stripe-signature: t=\d+,v1=\w{64}\n$/),
      errors: '',
    })
    const verify = commandOf('verify')
    expect(await trunkline(verify, own).ended).toEqual({ code: 0, output: 'verified\n', errors: '' })
    expect(await trunkline(verify, other).ended).toEqual({ code: 3, output: 'signature_invalid\n', errors: '' })
    expect(await trunkline([...verify, '--secret-file', 'secrets', '--json']).ended).toEqual({
      code: 0,
      output: '{"verdict":"verified","genuine":true,"secret":2}\n',
      errors: '',
    })
  })

  test.each([
    ['an unknown command', ['explode'], /^trunkline: there is no such command/],
    ['an unknown option', ['tail', '--nonsense'], /^trunkline tail: There is no such option/],
    ['a secret as an argument', ['verify', '--secret=sk_hush'], /^trunkline verify: A secret is never an argument/],
    [
      'a secret in a wrong place',
      ['sign', '--provider', 'retell', 'sk_hush'],
      /^trunkline sign: It takes options only/,
    ],
    ['no address', ['tail'], /^trunkline tail: Say where Trunkline answers/],
    ...['abc', '+', '1-800-FLOWERS'].map((phone): [string, string[], RegExp] => [
      `the number «${phone}»`,
      ['tail', '--phone', phone],
      /^trunkline tail: --phone is a number: digits, as in \+13125550101\n$/,
    ]),
    [
      'a password in an address',
      ['listen', '--forward', 'http://joe:sk_hush@127.0.0.1:9/'],
      /^trunkline listen: --forward holds a name or password, which is not sent/,
    ],
    [
      'a password in the server’s address',
      ['tail', '--url', 'http://joe:sk_hush@127.0.0.1:9/'],
      /^trunkline tail: The url holds a name or password, which is not sent: the API key is who asks\n$/,
    ],
    ['no webhook', ['replay', 'sk_hush'], /^trunkline replay: Name one webhook/],
    [
      'an id that would be two lines',
      ['sign', '--provider', 'standard', '--id', 'msg_1\nx-admin: yes', '--body', 'event.json'],
      /^trunkline sign: --id is one word of visible ASCII\n$/,
    ],
    ['no secret', ['sign', '--provider', 'retell', '--body', 'event.json'], /^trunkline sign: No secret/],
  ])('refuses %s with exit code 2, and repeats nothing that may be a secret', async (_what, words, complaint) => {
    const { code, output, errors } = await trunkline(words).ended

    expect({ code, output }).toEqual({ code: 2, output: '' })
    expect(errors).toMatch(complaint)
    expect(errors).not.toContain('sk_hush')
  })

  test('says which version it is', async () => {
    const { version } = JSON.parse(readFileSync(installed('package.json'), 'utf8'))

    expect(await trunkline(['--version']).ended).toEqual({ code: 0, output: `${version}\n`, errors: '' })
  })

  test('refuses two keys in one file, and repeats neither', async () => {
    await consumer.write('keys', `${key}\n${key}\n`)
    const { code, output, errors } = await trunkline(['tail', '--key-file', 'keys'], asker).ended

    expect({ code, output }).toEqual({ code: 2, output: '' })
    expect(errors).toBe('trunkline tail: The API key is one line of visible ASCII\n')
  })

  test('says why it failed with exit code 1', async () => {
    const nobody = { TRUNKLINE_URL: server.url, TRUNKLINE_API_KEY: 'tk_nobody' }

    expect(await trunkline(['tail'], nobody).ended).toMatchObject({
      code: 1,
      output: '',
      errors: expect.stringMatching(
        /^trunkline tail: unauthenticated: The API key is not known, has expired or was revoked \(request req_\w+\)\n$/,
      ),
    })
  })

  test.skipIf(!existsSync('/dev/full'))('says in a line where what it prints has no room', async () => {
    const words = ['-c', 'node_modules/.bin/trunkline --help > /dev/full']
    const { code, errors } = await start(consumer.folder, 'sh', words, consumer.oldestNode).ended

    expect({ code, errors }).toEqual({ code: 1, errors: 'trunkline: ENOSPC: no space left on device, write\n' })
  })

  test('says once what is wrong with what was put in', async () => {
    expect(await trunkline(['tail', '--after', 'yesterday'], asker).ended).toMatchObject({
      code: 2,
      output: '',
      errors: expect.stringMatching(
        /^trunkline tail: invalid: Some input is not valid: after must be a cursor that the tail gave out \(request \w+\)\n$/,
      ),
    })
  })

  test('explains a command whichever way it is asked', async () => {
    const [asked, told] = await Promise.all(
      [
        ['help', 'verify'],
        ['verify', '--help'],
      ].map((words) => trunkline(words).ended),
    )

    expect(asked).toEqual(told)
  })
})

describe('the dialler, a program of somebody else’s', () => {
  const files = ['dialler.js', 'package.json', 'README.md'] as const
  const source = Object.fromEntries(
    files.map((file) => [file, readFileSync(new URL(`../../../examples/dialler/${file}`, import.meta.url), 'utf8')]),
  )
  const from = '+13125550100'
  const numbers = ['+14155550101', '+14155550102', '+14155550103']

  test('asks before each call, settles after it, stops at the cap, and is charged once though Retell reports too', async () => {
    const { world } = server
    const customer = await world.customer({ tier: 'core', phoneNumber: from })
    const wireId = `cus_${customer.id.replaceAll('-', '')}`
    const admin = await world.signIn('admin')
    const { body } = await world.rest('POST', '/api/admin/api-keys', {
      token: admin,
      body: { name: 'Dialler', scopes: ['usage:ask', 'usage:read'] },
    })
    // what is left is enough for one call, not for a second one
    await world.owner`update usage_limits set call_used_seconds = call_cap_seconds + grace_seconds - 700 where customer_id = ${customer.id}`
    const retell = await openRetell({ seconds: 124.2, refuse: numbers[0] ?? '' })
    await consumer.write('dialler.js', source['dialler.js'] ?? '')
    try {
      const { code, output, errors } = await start(
        consumer.folder,
        process.execPath,
        ['dialler.js', wireId, from, ...numbers],
        {
          TRUNKLINE_URL: server.url,
          TRUNKLINE_TOKEN: body.key,
          RETELL_BASE_URL: retell.url,
          RETELL_API_KEY: 'key_of_the_dialler',
          POLL_MS: '10',
        },
      ).ended

      expect({ code, errors }).toEqual({ code: 2, errors: '' })
      expect(output).toMatch(/^…0101: not called: Retell refused\n…0102: 125 s\n…0103: not called: \w+\n$/)
    } finally {
      await retell.close()
    }
    const [call] = retell.calls
    expect(retell.calls).toHaveLength(1)
    expect(call?.metadata).toEqual({ customer_id: wireId, hold_id: expect.stringMatching(/^hld_/) })
    const [holds] = await world.owner`
      select count(*)::int as all, count(*) filter (where state = 'settled')::int as settled from usage_holds where customer_id = ${customer.id}`
    expect(holds).toEqual({ all: 2, settled: 2 })
    await world.retell({
      event: 'call_ended',
      call: {
        call_id: call?.call_id,
        direction: 'outbound',
        from_number: from,
        to_number: numbers[1],
        call_status: 'ended',
        start_timestamp: Date.now() - 130_000,
        end_timestamp: Date.now() - 5_800,
        duration_ms: 124_200,
        metadata: call?.metadata,
      },
    })
    await world.process()
    const [ledger] = await world.owner`
      select sum(quantity)::int as seconds, (select call_reserved_seconds::int from usage_limits where customer_id = ${customer.id}) as reserved
      from usage_entries where customer_id = ${customer.id}`
    expect(ledger).toEqual({ seconds: 125, reserved: 0 })
  })

  test('says in its README what it is told and asks for', () => {
    const variables = [...(source['dialler.js'] ?? '').matchAll(/^ {2}([A-Z_]+)/gm)].map(([, name = '']) => name)
    const command = /```sh\nnpm install\n(.+)\n```/.exec(source['README.md'] ?? '')?.[1] ?? ''

    expect(variables).toEqual(expect.arrayContaining([...command.matchAll(/([A-Z_]+)=/g)].map(([, name]) => name)))
    expect(Object.keys(JSON.parse(source['package.json'] ?? '{}').dependencies)).toEqual(['@trunkline/client'])
  })
})

type Placed = { call_id: string; metadata: object; to_number: string; asked: number }

/** As much of Retell as places calls: each ends after it was asked about twice. */
async function openRetell(story: { seconds: number; refuse: string }) {
  const calls: Placed[] = []
  const tell = async (request: IncomingMessage, answer: (status: number, body: object) => unknown) => {
    if (request.headers.authorization !== 'Bearer key_of_the_dialler') return answer(401, {})
    if (request.method === 'POST') {
      const asked = (await json(request)) as Placed
      if (asked.to_number === story.refuse) return answer(422, { status: 'error', message: 'not a number' })
      const call = { ...asked, call_id: `call_${randomUUID().replaceAll('-', '')}`, asked: 0 }
      calls.push(call)
      return answer(201, { call_id: call.call_id, call_status: 'registered' })
    }
    const call = calls.find(({ call_id: id }) => request.url === `/v2/get-call/${id}`)
    if (call === undefined) return answer(404, {})
    const isOver = ++call.asked > 2
    return answer(200, {
      call_id: call.call_id,
      call_status: isOver ? 'ended' : 'ongoing',
      ...(isOver && { duration_ms: story.seconds * 1000 }),
    })
  }
  const http = createServer((request, response) => {
    void tell(request, (status, body) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    )
  })
  await once(http.listen(0, '127.0.0.1'), 'listening')
  return {
    calls,
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    close: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

type Got = { headers: [string, string][]; body: string }

/** A server of somebody's that takes webhooks. */
async function openReceiver() {
  const got: Got[] = []
  const receiver = {
    got,
    url: '',
    answer: 200,
    close: () => new Promise<void>((resolve) => http.close(() => resolve())),
  }
  const http = createServer((request, response) => {
    void text(request).then((body) => {
      const raw = request.rawHeaders
      const headers = raw.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : []))
      got.push({ headers, body })
      response.writeHead(receiver.answer).end()
    })
  })
  await once(http.listen(0, '127.0.0.1'), 'listening')
  receiver.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/hooks`
  return receiver
}

const installed = (file: string) => join(consumer.folder, 'node_modules/@trunkline/client', file)

function specifiersOf(file: string): string[] {
  const text = readFileSync(installed(file), 'utf8')
  const found = [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)["']([^"']+)["']/g)]
  const specifiers = [...new Set(found.map(([, specifier = '']) => specifier))].sort()
  expect(specifiers.filter(isBuiltin)).toEqual([])
  return specifiers
}

const useClient = `
const { TRUNKLINE_URL: url, TRUNKLINE_TOKEN: token } = process.env
const said = []
const client = createClient({ url, token })
said.push((await client.sessions.me.query()).role)
for await (const { topics } of watch(client)) {
  said.push(topics)
  break
}
const error = await createClient({ url }).sessions.me.query().catch((error) => error)
said.push(error.refusal, error instanceof TrunklineError, isTrunklineError(error), error instanceof Error)
console.log(JSON.stringify(said))
`
const answers = ['operator', [], 'unauthenticated', true, true, true]

const typed = `
const client = createClient({ url: 'http://127.0.0.1:3000', token: process.env.TRUNKLINE_TOKEN })
const { items, nextCursor } = await client.alerts.list.query({ state: 'open' })
export const titles: string[] = items.map(({ title }) => title)
export const cursor: string | null = nextCursor
for await (const call of everyPage((cursor) => client.calls.list.query({ cursor }))) {
  const seconds: number | null = call.seconds
  void seconds
  // @ts-expect-error a call has no such field
  void call.minutes
}
for await (const { topics } of watch(client)) {
  topics.includes('resync')
  // @ts-expect-error there is no such topic
  topics.includes('weather')
}
// @ts-expect-error there is no such state
await client.alerts.list.query({ state: 'shut' })
// @ts-expect-error a customer has a tier
await client.customers.create.mutate({ businessName: 'Harbor Plumbing' })
// @ts-expect-error this is a query
await client.alerts.list.mutate({})
`
