import { renameSync, writeFileSync } from 'node:fs'

/** Whoever reads meanwhile, or after a crash, finds the old text or the new, never a part of it. For its owner's eyes alone. */
export function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true })
  renameSync(`${file}.new`, file)
}
