import { channel } from 'node:diagnostics_channel'

const steps = channel('trunkline.step')

/**
 * Names a point of the journey for whoever traces it (`diagnostics_channel` «trunkline.step»). Costs nothing when nobody
 * listens. A subscriber runs before the journey goes on.
 */
export function step(name: string): void {
  if (steps.hasSubscribers) steps.publish(name)
}
