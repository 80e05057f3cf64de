import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accountFor, canEnter } from '../local/account.ts'

export type TemporaryFolder = { path: string; inside(name: string): string; remove(): void }

// waits for the pipe from its starter to close, then ends a database left inside and takes the folder away
const undertaker = `
read -r _
pid=$(head -n 1 "$1/postgres/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ]; then
  kill -QUIT "$pid" 2>/dev/null
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
fi
rm -rf "$1"
`

/** A folder for a database that must not outlive this process, not even when this process is killed. */
export function temporaryFolder(prefix: string): TemporaryFolder {
  const path = mkdtempSync(join(reachableParent(), prefix))
  chmodSync(path, 0o755)
  const follower = spawn('/bin/sh', ['-c', undertaker, 'sh', path], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  follower.unref()
  const pipe = follower.stdin as typeof follower.stdin & { unref(): void }
  pipe.unref()
  return {
    path,
    inside: (name) => join(path, name),
    remove() {
      rmSync(path, { recursive: true, force: true })
      pipe.end()
    },
  }
}

function reachableParent(): string {
  const account = accountFor(tmpdir())
  return canEnter(tmpdir(), account) ? tmpdir() : '/var/tmp'
}
