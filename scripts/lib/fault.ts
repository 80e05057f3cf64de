/** Something the person at the keyboard can mend: told in one line, without a stack. */
export class Fault extends Error {
  override readonly name = 'Fault'
}

/** One line about any error, for a person. */
export function lineOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split('\n', 1)[0] ?? message
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
}
