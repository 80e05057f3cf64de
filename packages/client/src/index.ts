import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'
import type { PublicRouter } from '../contract.d.ts'

export { createClient, type TrunklineClient } from './create-client.ts'
export { isTrunklineError, type Refusal, TrunklineError } from './error.ts'
export { everyPage, type Page } from './every-page.ts'
export type { Retry } from './retry.ts'
export type { ClientOptions } from './settings.ts'
export type { TailedWebhook, TailOptions } from './tail.ts'
export { type LiveEvent, watch } from './watch.ts'
export type { PublicRouter }

/** What goes into a procedure: `RouterInputs['alerts']['list']`. */
export type RouterInputs = inferRouterInputs<PublicRouter>
/** What comes out of a procedure: `RouterOutputs['alerts']['list']['items'][number]`. */
export type RouterOutputs = inferRouterOutputs<PublicRouter>
