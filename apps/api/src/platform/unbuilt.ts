import type { FastifyInstance } from 'fastify'

/** Paths that are promised and whose domain does not answer yet: an honest 501 that names the domain. */
export const unbuilt: readonly { path: string; domain: string }[] = [
  { path: '/api/admin/churn-alerts', domain: 'health' },
  { path: '/api/admin/health-scores', domain: 'health' },
  { path: '/api/admin/stuck-clients', domain: 'onboarding' },
  { path: '/api/admin/alert-stats', domain: 'alerts' },
  { path: '/api/analytics/ai-insights', domain: 'insights' },
  { path: '/api/dashboard/data', domain: 'insights' },
  { path: '/api/websocket/dashboard/:business', domain: 'insights' },
  { path: '/api/employee/leads', domain: 'outreach' },
  { path: '/api/internal/outreach-runner', domain: 'outreach' },
  { path: '/api/internal/compliance/audit', domain: 'compliance' },
  { path: '/functions/v1/calls-start', domain: 'calls' },
  { path: '/functions/v1/twilio-voice', domain: 'calls' },
  { path: '/functions/v1/twilio-status', domain: 'calls' },
  { path: '/functions/v1/health-check', domain: 'monitors' },
  { path: '/functions/v1/ops-health-run', domain: 'monitors' },
]

export function registerUnbuilt(app: FastifyInstance): void {
  for (const { path, domain } of unbuilt) {
    // GET of a page below /admin belongs to the single-page application
    const method = path.startsWith('/admin/') ? ['POST' as const] : ['GET' as const, 'POST' as const]
    app.route({
      method,
      url: path,
      handler: (_request, reply) =>
        reply.code(501).send({ error: { code: 'not_built', message: `The domain «${domain}» does not answer yet` } }),
    })
  }
}
