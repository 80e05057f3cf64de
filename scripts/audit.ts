import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

type Advisory = { module_name?: string; severity?: string; title?: string; url?: string }
type Report = { advisories?: Record<string, Advisory> }

const severe = ['high', 'critical']

/** Asks the registry what is known against what we ship. Where it does not answer that, says so: silence is no clean bill. */
function auditDependencies(registry: string | undefined): Promise<{ exitCode: 0 | 1; text: string }> {
  const asked = ['audit', '--prod', '--audit-level', 'high', '--json', ...(registry ? ['--registry', registry] : [])]
  const env = { ...process.env, pnpm_config_fetch_retries: '1', pnpm_config_fetch_timeout: '15000' }
  const options = { cwd: root, env, maxBuffer: 64 * 1024 * 1024, timeout: 120_000 }
  return new Promise((resolve) => {
    execFile(join(root, 'node_modules/.bin/pnpm'), asked, options, (_error, stdout, stderr) => {
      const report = reportOf(stdout)
      if (report === undefined) {
        const why = `${stdout}\n${stderr}`.match(/ERR_PNPM_\w+|E[A-Z]{5,}/)?.[0] ?? 'no answer'
        resolve({ exitCode: 0, text: `- dependencies not audited: the registry does not answer (${why})` })
        return
      }
      const found = Object.values(report).filter(({ severity = '' }) => severe.includes(severity))
      const lines = found.map((one) => `  ${one.severity}: ${one.module_name}, ${one.title} ${one.url ?? ''}`)
      resolve(
        found.length === 0
          ? { exitCode: 0, text: '✓ dependencies: nothing high or critical is known' }
          : { exitCode: 1, text: ['✗ dependencies', ...lines].join('\n') },
      )
    })
  })
}

/** The advisories of a report; undefined where what came back is none. */
function reportOf(text: string): Record<string, Advisory> | undefined {
  try {
    return (JSON.parse(text) as Report).advisories
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const { exitCode, text } = await auditDependencies(process.argv[2])
process.stdout.write(`${text}\n`)
process.exitCode = exitCode
