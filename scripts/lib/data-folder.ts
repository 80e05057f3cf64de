import { accessSync, constants, mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { codeOf, Fault, lineOf } from './fault.ts'
import { replaceFile } from './replace-file.ts'

export type DataFolder = {
  path: string
  /** What stands in the file; written once, for our eyes only, when there is none. */
  once(name: string, make: () => string): string
  release(): void
}

/** Opens the data folder for one launcher at a time. */
export function openDataFolder(path: string): DataFolder {
  try {
    makeFolder(path)
    accessSync(path, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new Fault(
      `the data folder ${path} cannot be written (${codeOf(error) ?? lineOf(error)}); set TRUNKLINE_DATA_DIR to one that can`,
    )
  }
  return { path, once: (name, make) => readOrMake(join(path, name), make), release: lock(path) }
}

// step by step: mkdir's recursive mode never returns on a file system that takes no folders
function makeFolder(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found && !found.isDirectory()) throw new Error(`${path} is a file`)
  if (found) return
  makeFolder(dirname(path))
  mkdirSync(path)
}

// SQLite takes a lock of the kernel's: it is gone with its holder, however that ends
function lock(path: string): () => void {
  try {
    const file = new DatabaseSync(join(path, 'lock'))
    file.exec('pragma busy_timeout = 0; begin exclusive')
    return () => file.close()
  } catch (error) {
    if (/locked|busy/.test(lineOf(error)))
      throw new Fault(
        `another Trunkline is running with the data folder ${path}; stop it, or set TRUNKLINE_DATA_DIR to another`,
      )
    throw new Fault(`the data folder ${path} cannot be locked (${lineOf(error)})`)
  }
}

function readOrMake(file: string, make: () => string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw new Fault(`${file} cannot be read (${codeOf(error)})`)
  }
  const text = make()
  replaceFile(file, text)
  return text
}
