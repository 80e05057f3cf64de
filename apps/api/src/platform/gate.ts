import { DomainError } from './domain-error.ts'

/** Lets so many through at once and so many wait; whoever comes after them is refused. */
export function openGate(options: { atOnce: number; waiting: number; refusal: string }) {
  let inside = 0
  const queue: (() => void)[] = []
  return async function through<Result>(work: () => Promise<Result>): Promise<Result> {
    if (inside < options.atOnce) inside++
    else {
      if (queue.length >= options.waiting) throw new DomainError('unavailable', options.refusal)
      await new Promise<void>((enter) => queue.push(enter))
    }
    try {
      return await work()
    } finally {
      // who leaves hands his place on
      const next = queue.shift()
      if (next === undefined) inside--
      else next()
    }
  }
}
