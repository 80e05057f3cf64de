import { fileURLToPath } from 'node:url'
import { apiBuild, buildWhenStale } from '../scripts/lib/build.ts'

/** Whoever runs vitest itself tests the sources as they stand, too. */
export default async function setup(): Promise<void> {
  await buildWhenStale(fileURLToPath(new URL('..', import.meta.url)), apiBuild)
}
