import { readFileSync } from 'node:fs'

// loaded before the real main module by `--import`: the clock of this process, as it is after it has jumped by what stands in
// the file. Timers count on: the kernel's own do so too when somebody sets the clock
const file = process.env.CHAOS_CLOCK_FILE
let aheadMs = 0

const RealDate = Date

class JumpingDate extends RealDate {
  constructor(...parts: unknown[]) {
    super(...((parts.length === 0 ? [RealDate.now() + aheadMs] : parts) as []))
  }
  static override now(): number {
    return RealDate.now() + aheadMs
  }
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Object.prototype.toString.call(value) === '[object Date]'
  }
}

if (file !== undefined) {
  globalThis.Date = JumpingDate as DateConstructor
  process.on('SIGUSR2', () => {
    aheadMs = Number(readFileSync(file, 'utf8'))
  })
}
