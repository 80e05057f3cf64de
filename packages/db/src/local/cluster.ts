import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'

export const clusterOwner = 'trunkline'
const passwordFile = 'trunkline-password'

/** What the programs of PostgreSQL see of our environment. */
export const environment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

export function readPassword(folder: string): string {
  return readFileSync(join(folder, passwordFile), 'utf8').trim()
}

/** A new cluster with a generated password. */
// made under another name and renamed, so that a start that was killed half-way leaves no half cluster behind
export function createCluster(folder: string, binaries: Binaries, account: Account | undefined): void {
  const parent = dirname(folder)
  mkdirSync(parent, { recursive: true })
  for (const name of readdirSync(parent))
    if (name.startsWith(`${basename(folder)}.new-`)) rmSync(join(parent, name), { recursive: true, force: true })
  const unfinished = `${folder}.new-${randomBytes(4).toString('hex')}`
  mkdirSync(unfinished, { mode: 0o700 })
  const secret = join(parent, `${basename(unfinished)}-password`)
  writeFileSync(secret, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 })
  if (account) for (const path of [unfinished, secret]) chownSync(path, account.uid, account.gid)
  const init = spawnSync(
    binaries.initdb,
    [
      `--pgdata=${unfinished}`,
      `--username=${clusterOwner}`,
      `--pwfile=${secret}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
    { ...account, cwd: '/', env: environment, encoding: 'utf8' },
  )
  if (init.status !== 0) {
    rmSync(unfinished, { recursive: true, force: true })
    rmSync(secret, { force: true })
    throw new Error(`the database could not be created: ${lastLine(init.stderr) ?? init.error?.message ?? init.signal}`)
  }
  renameSync(secret, join(unfinished, passwordFile))
  // an empty folder may stand there already, made by whoever prepared the disk
  renameSync(unfinished, folder)
}

/** Of what a program of PostgreSQL said, the line that says why. */
export function lastLine(text: string | null | undefined): string | undefined {
  const lines = text?.trim().split('\n') ?? []
  return lines.findLast((line) => /FATAL|PANIC|error/.test(line)) ?? lines.at(-1)
}
