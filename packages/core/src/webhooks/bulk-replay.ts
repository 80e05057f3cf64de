export const replayStates = ['planning', 'planned', 'running', 'done', 'cancelled', 'stopped'] as const
export type ReplayState = (typeof replayStates)[number]
export const replayOutcomes = ['replayed', 'skipped', 'failed'] as const

/** Too few say nothing about a rate. */
const judgedFrom = 20

/** Whether a bulk replay has failed so often that it must not go on by itself. */
export function failsTooOften(so: { done: number; failed: number; stopAbovePercent: number }): boolean {
  return so.done >= judgedFrom && so.failed * 100 > so.done * so.stopAbovePercent
}
