/** One step of a stack. `place` is where it stands in our sources (`apps/api/src/alerts/deliver.ts`), absent where it is not ours. */
export type Frame = { call: string; file: string; line: number; column: number; place?: string }

// V8: «at call (file:line:column)», «at file:line:column»; Firefox and Safari: «call@file:line:column»
const v8 = /^\s*at (?:async )?(?:(.{1,300}?) \()?([^\s()]{1,1000}):(\d{1,7}):(\d{1,7})\)?$/
const other = /^(.{0,300}?)@([^\s()]{1,1000}):(\d{1,7}):(\d{1,7})$/
const ours = /(?:^|\/)((?:apps|packages)\/[\w-]+\/src\/[\w./-]+)$/

const mostFrames = 50

/** The steps of a stack, innermost first. Lines that are none are left out. */
export function framesOf(stack: string): Frame[] {
  const frames: Frame[] = []
  for (const line of stack.split('\n')) {
    const found = v8.exec(line) ?? other.exec(line.trim())
    if (found === null) continue
    const [, call = '', file = '', at, column] = found
    frames.push(frameAt({ call: nameOf(call), file, line: Number(at), column: Number(column) }))
    if (frames.length === mostFrames) break
  }
  return frames
}

/** A bundler numbers what is called the same, and a stack read back through a map names what has no name. */
const nameOf = (call: string) => (call === '<anonymous>' ? '' : call.replaceAll(/\$\d+\b/g, ''))

/** A frame, with its place where the file is one of ours. */
export function frameAt(frame: { call: string; file: string; line: number; column: number }): Frame {
  const file = frame.file.replace(/[?#].*$/, '')
  const place = file.includes('/node_modules/') ? undefined : ours.exec(file)?.[1]
  return { ...frame, file, ...(place === undefined ? {} : { place }) }
}

/** The stack as it is shown: our places short, one step a line. */
export function stackText(frames: readonly Frame[]): string {
  return frames
    .map(
      ({ call, file, place, line, column }) =>
        `at ${call === '' ? '' : `${call} `}(${place ?? file}:${line}:${column})`,
    )
    .join('\n')
}
