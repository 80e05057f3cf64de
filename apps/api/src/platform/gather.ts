import type { Ctx } from './context.ts'
import { DomainError } from './domain-error.ts'

type Waiting<Question, Answer> = {
  question: Question
  since: number
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/** At most so many are asked together, and so many wait for their turn. */
const mostTogether = 100
const mostWaiting = 2_000

/**
 * What many ask at the same moment is asked once for all of them: whatever comes while a question is under way goes together into
 * the next one. Nobody who is alone waits. `ask` answers in the order of the questions; where it fails, each hears of it. Who has
 * waited for `patienceMs` is told so, and is not asked for any more; behind a question that takes so long the next is asked.
 */
export function gather<Question, Answer>(
  ask: (questions: readonly Question[]) => Promise<readonly Answer[]>,
  patienceMs: number,
): (question: Question) => Promise<Answer> {
  let queue: Waiting<Question, Answer>[] = []
  let isUnderWay = false

  async function askNext(): Promise<void> {
    const together = queue.slice(0, mostTogether)
    queue = queue.slice(mostTogether)
    const tooLate = performance.now() - patienceMs
    const asked = together.filter(({ since }) => since > tooLate)
    for (const { since, reject } of together) if (since <= tooLate) reject(unanswered('The question came too late'))
    if (asked.length === 0) return
    const { promise: silence, reject: giveUp } = Promise.withResolvers<never>()
    const timer = setTimeout(() => giveUp(unanswered('The question was not answered in time')), patienceMs)
    try {
      const answers = await Promise.race([ask(asked.map(({ question }) => question)), silence])
      for (const [index, { resolve }] of asked.entries()) resolve(answers[index] as Answer)
    } catch (error) {
      for (const { reject } of asked) reject(error)
    } finally {
      clearTimeout(timer)
    }
  }

  async function askAll(): Promise<void> {
    while (queue.length > 0) await askNext()
    isUnderWay = false
  }

  return async (question) =>
    await new Promise((resolve, reject) => {
      if (queue.length >= mostWaiting) return reject(unanswered('Too many ask at once'))
      queue.push({ question, since: performance.now(), resolve, reject })
      if (isUnderWay) return
      isUnderWay = true
      // what comes in the same turn of the loop goes together
      setImmediate(() => void askAll())
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
