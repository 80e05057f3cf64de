import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { accountFor, canEnter } from './account.ts'

/**
 * Where the files of the database that belongs to this folder really are. The same folder, except for root: the account that runs the
 * database may be unable to enter it (a parent with mode 0700), and then the files stand under /var, and a note beside the folder says where.
 */
export function placeOf(folder: string): string {
  const account = accountFor(folder)
  if (!account) return folder
  const note = `${folder}.place`
  if (existsSync(note)) return notedPlace(note)
  const parent = dirname(folder)
  mkdirSync(parent, { recursive: true })
  if (canEnter(parent, account)) return folder
  if (existsSync(folder))
    throw new Error(`the database's account cannot enter ${parent}: chmod o+x the folders above ${folder}`)
  const place = join(sharedFolder(), `data-${randomBytes(8).toString('hex')}`)
  writeFileSync(note, `${place}\n`)
  return place
}

function notedPlace(note: string): string {
  const place = readFileSync(note, 'utf8').trim()
  if (!existsSync(dirname(place))) throw new Error(`${note} says that the data is in ${place}, which is gone`)
  return place
}

/** A folder of root's that every account can enter. */
export function sharedFolder(): string {
  for (const parent of ['/var/lib', '/var/tmp']) {
    const folder = join(parent, 'trunkline')
    try {
      mkdirSync(folder, { recursive: true })
    } catch {
      continue
    }
    const found = lstatSync(folder)
    // anybody may create names in /var/tmp: only a real folder of ours is trusted
    if (!found.isDirectory() || found.uid !== process.getuid?.()) continue
    chmodSync(folder, 0o755)
    return folder
  }
  throw new Error('neither /var/lib nor /var/tmp can hold the files of the database')
}
