import type {} from '@trpc/server/unstable-core-do-not-import'
import { alertsRouter } from './alerts/router.ts'
import { agentsRouter, customersRouter } from './customers/router.ts'
import { callsRouter, messagesRouter } from './events/router.ts'
import { insightsRouter } from './insights/router.ts'
import { unknownPhonesRouter } from './numbers/router.ts'
import { onboardingRouter } from './onboarding/router.ts'
import { liveRouter } from './platform/live-router.ts'
import { router } from './platform/trpc.ts'
import { sessionsRouter } from './sessions/router.ts'
import { usageRouter } from './usage/router.ts'
import { webhooksRouter } from './webhooks/router.ts'

/** Every procedure there is. The same table serves tRPC, REST and the published client. */
export const appRouter = router({
  sessions: sessionsRouter,
  insights: insightsRouter,
  webhooks: webhooksRouter,
  calls: callsRouter,
  messages: messagesRouter,
  usage: usageRouter,
  unknownPhones: unknownPhonesRouter,
  alerts: alertsRouter,
  customers: { ...customersRouter, create: onboardingRouter.createCustomer },
  agents: agentsRouter,
  live: liveRouter,
})
