import { readFile } from 'node:fs/promises'
import { SourceMap } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Frame, frameAt } from '@trunkline/core/errors/frame'

/** Where the build of the admin leaves its maps; nothing serves this folder. */
const mapFolder = fileURLToPath(new URL('../../../admin/dist/maps', import.meta.url))
const asset = /\/admin\/assets\/([\w.-]{1,200}\.js)$/

/** Maps are large: few are held, and few are read a minute however many stacks come. */
const held = 6
const readsAMinute = 30

/** Translates the frames of our front end back to our sources, as far as the build that they come from is here. */
export function openSourceMaps(folder = mapFolder) {
  const maps = new Map<string, Promise<SourceMap | undefined>>()
  let reads = { minute: 0, done: 0 }

  function find(name: string, now: number): Promise<SourceMap | undefined> {
    const known = maps.get(name)
    if (known !== undefined) {
      // the one that was used last leaves last
      maps.delete(name)
      maps.set(name, known)
      return known
    }
    const minute = Math.floor(now / 60_000)
    if (minute !== reads.minute) reads = { minute, done: 0 }
    if (++reads.done > readsAMinute) return Promise.resolve(undefined)
    const reading = read(join(folder, `${name}.map`))
    maps.set(name, reading)
    const [oldest] = maps.keys()
    if (maps.size > held && oldest !== undefined) maps.delete(oldest)
    return reading
  }

  return async function translate(frames: readonly Frame[], now: number): Promise<Frame[]> {
    return await Promise.all(
      frames.map(async (frame) => {
        const name = asset.exec(frame.file)?.[1]
        const map = name === undefined ? undefined : await find(name, now)
        return map === undefined ? frame : original(map, frame)
      }),
    )
  }
}

async function read(file: string): Promise<SourceMap | undefined> {
  try {
    return new SourceMap(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    // another build, or none: the stack stays as the browser told it
    return undefined
  }
}

function original(map: SourceMap, frame: Frame): Frame {
  const found = map.findEntry(frame.line - 1, frame.column - 1)
  if (!('originalSource' in found)) return frame
  const { pathname } = new URL(found.originalSource, 'file:///apps/admin/dist/assets/')
  const call = 'name' in found && typeof found.name === 'string' && found.name !== '' ? found.name : ''
  return frameAt({ call, file: pathname, line: found.originalLine + 1, column: found.originalColumn + 1 })
}
