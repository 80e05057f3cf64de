import type { Ctx } from './context.ts'
import { DomainError } from './domain-error.ts'

type Waiting<Question, Answer> = {
  question: Question
  since: number
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/** At most so many asked together, so many times side by side, and so many waiting for their turn. */
const mostTogether = 100
const sideBySide = 2
const mostWaiting = 2_000

/**
 * What many ask at the same moment is asked once for all of them: whatever comes while two questions are under way goes together
 * into the next one. Nobody who is alone waits. `ask` answers in the order of the questions; where it fails, each hears of it.
 * Who has waited for `patienceMs` before his turn is not asked for any more: he has been answered otherwise.
 */
export function gather<Question, Answer>(
  ask: (questions: readonly Question[]) => Promise<readonly Answer[]>,
  patienceMs: number,
): (question: Question) => Promise<Answer> {
  let queue: Waiting<Question, Answer>[] = []
  let underWay = 0
  let isDue = false

  async function pump(): Promise<void> {
    underWay++
    while (queue.length > 0) {
      const together = queue.slice(0, mostTogether)
      queue = queue.slice(mostTogether)
      const tooLate = performance.now() - patienceMs
      const asked = together.filter(({ since }) => since > tooLate)
      for (const { since, reject } of together) if (since <= tooLate) reject(unanswered('The question came too late'))
      if (asked.length === 0) continue
      try {
        const answers = await ask(asked.map(({ question }) => question))
        for (const [index, { resolve }] of asked.entries()) resolve(answers[index] as Answer)
      } catch (error) {
        for (const { reject } of asked) reject(error)
      }
    }
    underWay--
  }

  return async (question) =>
    await new Promise((resolve, reject) => {
      if (queue.length >= mostWaiting) return reject(unanswered('Too many ask at once'))
      queue.push({ question, since: performance.now(), resolve, reject })
      if (underWay >= sideBySide || isDue) return
      // what comes in the same turn of the loop goes together
      isDue = true
      setImmediate(() => {
        isDue = false
        void pump()
      })
    })
}

/** The same for questions to a database: each connection pool, or transaction, has its own. */
export function gatherOn<Question, Answer>(
  ask: (db: Ctx['db'], questions: readonly Question[]) => Promise<readonly Answer[]>,
  patienceMs: number,
): (db: Ctx['db']) => (question: Question) => Promise<Answer> {
  const asking = new WeakMap<Ctx['db'], (question: Question) => Promise<Answer>>()
  return (db) => {
    const known = asking.get(db) ?? gather((questions) => ask(db, questions), patienceMs)
    asking.set(db, known)
    return known
  }
}

const unanswered = (message: string) => new DomainError('unavailable', message)
