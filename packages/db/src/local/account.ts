import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'

/** PostgreSQL refuses to run as root; root runs it under this account instead. */
export type Account = { uid: number; gid: number }

/** The account for a database in this folder: whoever owns it already, else `postgres`, else `nobody`. Undefined when we are not root. */
export function accountFor(folder: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const existing = statSync(folder, { throwIfNoEntry: false })
  if (existing && existing.uid !== 0) return { uid: existing.uid, gid: existing.gid }
  const account = namedAccount('postgres') ?? namedAccount('nobody')
  if (!account) throw new Error('the database must not run as root, and there is no account postgres or nobody')
  return account
}

function namedAccount(name: string): Account | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined
}

export function canEnter(folder: string, account: Account | undefined): boolean {
  return asAccount(account, 'cd "$1"', folder)
}

export function canRead(file: string, account: Account | undefined): boolean {
  return asAccount(account, 'test -r "$1"', file)
}

// the kernel is asked instead of the mode bits: access lists and mount options count too
function asAccount(account: Account | undefined, script: string, argument: string): boolean {
  return spawnSync('/bin/sh', ['-c', script, 'sh', argument], { ...account, cwd: '/', stdio: 'ignore' }).status === 0
}
