import type {} from '@trpc/server/unstable-core-do-not-import'
import { alertsRouter } from './alerts/router.ts'
import { billingRouter } from './billing/router.ts'
import { answeringRouter } from './calls/router.ts'
import { complianceRouter } from './compliance/router.ts'
import { agentsRouter, customersRouter } from './customers/router.ts'
import { errorsRouter } from './errors/router.ts'
import { callsRouter, messagesRouter } from './events/router.ts'
import { holdings } from './holdings.ts'
import { insightsRouter } from './insights/router.ts'
import { unknownPhonesRouter } from './numbers/router.ts'
import { deletionRouter, onboardingRouter, ownersRouter } from './onboarding/router.ts'
import { auditRouter } from './platform/audit-log/router.ts'
import { liveRouter } from './platform/live-router.ts'
import { privacyRouter } from './platform/privacy/router.ts'
import { router } from './platform/trpc.ts'
import { reconciliationRouter } from './reconciliation/router.ts'
import { apiKeysRouter } from './sessions/api-keys/router.ts'
import { sessionsRouter } from './sessions/router.ts'
import { staffRouter } from './sessions/staff/router.ts'
import { viewsRouter } from './sessions/view-as/router.ts'
import { usageRouter } from './usage/router.ts'
import { webhooksRouter } from './webhooks/router.ts'

/** Every procedure there is. The same table serves tRPC, REST and the published client. */
export const appRouter = router({
  sessions: sessionsRouter,
  apiKeys: apiKeysRouter,
  staff: staffRouter,
  views: viewsRouter,
  insights: insightsRouter,
  webhooks: webhooksRouter,
  calls: callsRouter,
  answering: answeringRouter,
  messages: messagesRouter,
  usage: usageRouter,
  compliance: complianceRouter,
  billing: billingRouter,
  reconciliation: reconciliationRouter,
  unknownPhones: unknownPhonesRouter,
  alerts: alertsRouter,
  errors: errorsRouter,
  customers: { ...customersRouter, create: onboardingRouter.createCustomer, ...deletionRouter(holdings) },
  agents: agentsRouter,
  owners: ownersRouter,
  onboarding: { register: onboardingRouter.register, acceptInvitation: onboardingRouter.acceptInvitation },
  audit: auditRouter,
  privacy: privacyRouter(holdings),
  live: liveRouter,
})
