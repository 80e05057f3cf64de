import { DomainError } from './domain-error.ts'

/** No input of ours is nested deeper, and what would walk it by recursion stays far from the end of its stack. */
const deepest = 64

/** Refuses a body that is nested so deep that somebody on its way would run out of stack. */
export function refuseDeep(body: unknown): void {
  let level = [body]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) {
      const fields = { input: `may be nested ${deepest} levels deep` }
      throw new DomainError('invalid', 'The body is nested too deep', { fields })
    }
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []))
  }
}
