import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const script = join(fileURLToPath(new URL('../..', import.meta.url)), 'scripts/audit.ts')

/** What the audit says of a registry that answers so. */
async function auditAt(answer: { status: number; body: object }) {
  const asked: string[] = []
  const registry = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    request
      .resume()
      .on('end', () =>
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body)),
      )
  })
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
  const { port } = registry.address() as AddressInfo
  try {
    const ended = await new Promise<{ code: number; text: string }>((resolve) => {
      execFile(process.execPath, [script, `http://127.0.0.1:${port}/`], (error, stdout) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, text: stdout })
      })
    })
    return { ...ended, asked }
  } finally {
    registry.closeAllConnections()
    registry.close()
  }
}

const advisory = (severity: string) => ({
  fastify: [
    {
      id: 1,
      url: 'https://advisories.example/1',
      title: 'Somebody gets in',
      severity,
      vulnerable_versions: '*',
      cwe: [],
      cvss: { score: 9, vectorString: null },
    },
  ],
})

test('what is known against a dependency fails the audit by its name, from high upwards', async () => {
  const [high, low, clean] = await Promise.all([
    auditAt({ status: 200, body: advisory('high') }),
    auditAt({ status: 200, body: advisory('low') }),
    auditAt({ status: 200, body: {} }),
  ])

  expect([high.code, high.text]).toEqual([
    1,
    expect.stringMatching(/^✗ dependencies\n {2}high: fastify, Somebody gets in https:/),
  ])
  expect([low.code, low.text]).toEqual([0, '✓ dependencies: nothing high or critical is known\n'])
  expect([clean.code, clean.text]).toEqual([0, '✓ dependencies: nothing high or critical is known\n'])
  expect(clean.asked[0]).toMatch(/^POST .*\/security\//)
})

test('a registry that does not answer such questions is no clean bill: it is said that nothing was audited', async () => {
  const { code, text } = await auditAt({ status: 405, body: { error: 'not here' } })

  expect([code, text]).toEqual([
    0,
    '- dependencies not audited: the registry does not answer (ERR_PNPM_AUDIT_BAD_RESPONSE)\n',
  ])
})
