/** One broken rule: the files that break it, the first of them to blame. */
export type Plant = { rule: string; title: string; files: Record<string, string> }

const alertsTable = { 'packages/db/src/schema/alerts.ts': "export const opsAlerts = pgTable('ops_alerts', {})" }

export const broken: Plant[] = [
  {
    rule: 'package order',
    title: 'core imports db',
    files: { 'packages/core/src/usage/tier.ts': "import { usageLimits } from '@trunkline/db/schema/usage'" },
  },
  {
    rule: 'package order',
    title: 'db imports the api',
    files: { 'packages/db/src/client.ts': "import type { Ctx } from '@trunkline/api/platform/ctx'" },
  },
  {
    rule: 'package order',
    title: 'sim imports core',
    files: { 'apps/sim/src/main.ts': "import { severities } from '@trunkline/core/alerts/severity'" },
  },
  {
    rule: 'package order',
    title: 'admin imports db',
    files: { 'apps/admin/src/main.tsx': "import type { X } from '@trunkline/db/client'" },
  },
  {
    rule: 'package order',
    title: 'the published client imports core',
    files: { 'packages/client/src/list.ts': "import type { Page } from '@trunkline/core/platform/page'" },
  },
  {
    rule: 'package door',
    title: 'a relative path leaves its package',
    files: { 'apps/api/src/app.ts': "import { x } from '../../../packages/core/src/usage/tier.ts'" },
  },
  {
    rule: 'import type only',
    title: 'admin imports a value of the api',
    files: { 'apps/admin/src/app/rpc.ts': "import { appRouter } from '@trunkline/api/router'" },
  },
  {
    rule: 'import type only',
    title: 'admin imports types of the api in a statement that stays',
    files: { 'apps/admin/src/app/rpc.ts': "import { type PublicRouter } from '@trunkline/api/public'" },
  },
  {
    rule: 'import type only',
    title: 'the client loads the api when it runs',
    files: { 'packages/client/src/index.ts': "export const load = () => import('@trunkline/api/public')" },
  },
  {
    rule: 'import type only',
    title: 'what a browser loads of the client takes the signing along',
    files: { 'packages/client/src/index.ts': "import { signatures } from '@trunkline/api/providers/signatures'" },
  },
  {
    rule: 'import type only',
    title: 'the client’s program takes more of the api than the signing',
    files: { 'packages/client/src/cli/run.ts': "import { adapters } from '@trunkline/api/webhooks/adapters'" },
  },
  {
    rule: 'river',
    title: 'alerts imports usage',
    files: { 'apps/api/src/alerts/raise.ts': "import { meterCall } from '../usage/meter.ts'" },
  },
  {
    rule: 'river',
    title: 'alerts knows a type of webhooks',
    files: { 'apps/api/src/alerts/raise.ts': "import type { Row } from '../webhooks/list.ts'" },
  },
  {
    rule: 'river',
    title: 'alerts names a type of webhooks inside another type',
    files: { 'apps/api/src/alerts/raise.ts': "export type Row = import('../webhooks/list.ts').Row" },
  },
  {
    rule: 'river',
    title: 'alerts reaches webhooks through the package door',
    files: { 'apps/api/src/alerts/raise.ts': "import { x } from '@trunkline/api/webhooks/list'" },
  },
  {
    rule: 'river',
    title: 'a provider imports alerts',
    files: { 'apps/api/src/providers/retell/webhook.ts': "import { raiseAlert } from '../../alerts/raise.ts'" },
  },
  {
    rule: 'river',
    title: 'one vendor imports another',
    files: { 'apps/api/src/providers/retell/webhook.ts': "import { sign } from '../twilio/webhook.ts'" },
  },
  {
    rule: 'river',
    title: 'platform imports a domain',
    files: { 'apps/api/src/platform/log.ts': "import { trackError } from '../errors/track.ts'" },
  },
  {
    rule: 'river',
    title: 'a verb imports the wiring',
    files: { 'apps/api/src/alerts/raise.ts': "import { appRouter } from '../router.ts'" },
  },
  {
    rule: 'river',
    title: 'a decision on customers imports one on usage',
    files: { 'packages/core/src/customers/customer.ts': "import { tiers } from '../usage/tier.ts'" },
  },
  {
    rule: 'core is pure',
    title: 'core imports node:crypto',
    files: { 'packages/core/src/usage/tier.ts': "import { createHash } from 'node:crypto'" },
  },
  {
    rule: 'core is pure',
    title: 'core imports fast-check outside a test',
    files: { 'packages/core/src/usage/tier.ts': "import fc from 'fast-check'" },
  },
  {
    rule: 'core is pure',
    title: 'a test in core imports a database',
    files: { 'packages/core/src/usage/tier.test.ts': "import postgres from 'postgres'" },
  },
  ...[
    'Date.now()',
    'new Date()',
    'Date()',
    'Math.random()',
    'crypto.randomUUID()',
    'performance.now()',
    'process.pid',
    'setTimeout(() => 1, 1)',
    "fetch('x')",
    'globalThis.Date',
  ].map((code) => ({
    rule: 'core is pure',
    title: `core says ${code}`,
    files: { 'packages/core/src/usage/tier.ts': `export const x = () => ${code}` },
  })),
  {
    rule: 'door without SQL',
    title: 'a router imports drizzle',
    files: { 'apps/api/src/alerts/router.ts': "import { eq } from 'drizzle-orm'" },
  },
  {
    rule: 'door without SQL',
    title: 'a job list imports a table',
    files: { 'apps/api/src/alerts/jobs.ts': "import type { opsAlerts } from '@trunkline/db/schema/alerts'" },
  },
  {
    rule: 'door without SQL',
    title: 'a route writes a statement',
    files: { 'apps/api/src/alerts/http.ts': 'export const find = (ctx: Ctx) => ctx.sql`select id from ops_alerts`' },
  },
  {
    rule: 'door without SQL',
    title: 'a route holds a statement in a string',
    files: { 'apps/api/src/alerts/http.ts': "export const text = 'select id from ops_alerts'" },
  },
  {
    rule: 'door without SQL',
    title: 'a procedure asks the database',
    files: { 'apps/api/src/alerts/router.ts': 'export const list = ({ ctx }: { ctx: Ctx }) => ctx.db.select()' },
  },
  ...[
    'ctx.db.insert(opsAlerts).values({})',
    'tx.update(opsAlerts).set({})',
    'ctx.db.delete(opsAlerts)',
    'ctx.sql`insert into ${opsAlerts} (id) values (1)`',
  ].map((code) => ({
    rule: 'own tables only',
    title: `usage says ${code}`,
    files: {
      'apps/api/src/usage/meter.ts': `import { opsAlerts } from '@trunkline/db/schema/alerts'\nexport const x = () => ${code}`,
      ...alertsTable,
    },
  })),
  ...[
    '`insert into ops_alerts (id) values (${id})`',
    '`update ops_alerts as alert set state = ${id}`',
    '"delete from only public.ops_alerts"',
    '`truncate "ops_alerts"`',
  ].map((code) => ({
    rule: 'own tables only',
    title: `usage says ${code}`,
    files: { 'apps/api/src/usage/meter.ts': `export const x = (id: string) => run(${code})`, ...alertsTable },
  })),
  {
    rule: 'own tables only',
    title: 'usage writes through a namespace import',
    files: {
      'apps/api/src/usage/meter.ts':
        "import * as schema from '@trunkline/db/schema/alerts'\nexport const x = () => db.insert(schema.opsAlerts)",
      ...alertsTable,
    },
  },
  {
    rule: 'own tables only',
    title: 'platform writes a table of a domain',
    files: { 'apps/api/src/platform/audit.ts': 'export const x = sql`delete from ops_alerts`', ...alertsTable },
  },
  {
    rule: 'folders are domains',
    title: 'the api has a folder that is no domain',
    files: { 'apps/api/src/management/list.ts': 'export const x = 1' },
  },
  {
    rule: 'folders are domains',
    title: 'the schema has a file that is no domain',
    files: { 'packages/db/src/schema/tables.ts': 'export const x = 1' },
  },
  {
    rule: 'no barrels',
    title: 'an index passes on what others export',
    files: { 'packages/core/src/usage/index.ts': "export * from './tier.ts'\nexport { x } from './limit.ts'" },
  },
  ...[
    'apps/api/src/alerts/utils.ts',
    'packages/core/src/usage/helpers/round.ts',
    'apps/admin/src/app/common.tsx',
    'apps/sim/src/misc/x.ts',
    'apps/sim/src/date-utils.ts',
    'apps/api/src/usage/meter-v2.ts',
    'apps/api/src/usage/meter-new.ts',
    'apps/api/src/usage/meter-enhanced.test.ts',
  ].map((path) => ({
    rule: 'a name says what',
    title: `a file is called ${path}`,
    files: { [path]: 'export const x = 1' },
  })),
  {
    rule: 'one file reads the environment',
    title: 'a verb reads process.env',
    files: { 'apps/api/src/alerts/deliver.ts': 'export const phone = process.env.ADMIN_PHONE' },
  },
  {
    rule: 'one file reads the environment',
    title: 'a file takes process.env apart',
    files: { 'packages/db/src/client.ts': 'export const { DATABASE_URL } = process.env' },
  },
  {
    rule: 'one file reads the environment',
    title: 'a file imports env',
    files: { 'apps/api/src/app.ts': "import { env } from 'node:process'" },
  },
  {
    rule: 'files fit the head',
    title: 'a verb has 251 lines',
    files: { 'apps/api/src/usage/meter.ts': 'export {}\n'.repeat(251) },
  },
  {
    rule: 'one module knows the queue',
    title: 'a verb imports pg-boss',
    files: { 'apps/api/src/alerts/deliver.ts': "import type { Job } from 'pg-boss'" },
  },
  {
    rule: 'one file calls out',
    title: 'a verb calls fetch',
    files: { 'apps/api/src/alerts/deliver.ts': "export const send = () => fetch('https://provider.example')" },
  },
  {
    rule: 'one file calls out',
    title: 'a provider opens https itself',
    files: { 'apps/api/src/providers/twilio/send.ts': "import { request } from 'node:https'" },
  },
  {
    rule: 'providers are called with fetch',
    title: 'a provider imports its SDK',
    files: { 'apps/api/src/providers/twilio/send.ts': "import twilio from 'twilio'" },
  },
  {
    rule: 'a procedure is one breath',
    title: 'a procedure catches',
    files: { 'apps/api/src/alerts/router.ts': 'export const list = () => { try { return 1 } catch { return 2 } }' },
  },
  {
    rule: 'no domain words in ui',
    title: 'a button knows customers',
    files: { 'apps/admin/src/ui/button.tsx': 'export const CustomerButton = () => <button />' },
  },
  {
    rule: 'no domain words in ui',
    title: 'a panel speaks of webhooks',
    files: { 'apps/admin/src/ui/panel.tsx': "export const Panel = () => <p>No webhooks, don't worry</p>" },
  },
  {
    rule: 'no domain words in ui',
    title: 'a table imports a page',
    files: { 'apps/admin/src/ui/table.tsx': "import { AlertRow } from '../alerts/alert-row.tsx'" },
  },
  {
    rule: 'no domain words in ui',
    title: 'a pill is named after tiers',
    files: { 'apps/admin/src/ui/tier-pill.tsx': 'export const Pill = () => <b />' },
  },
]

/** What the rules allow, close to what they forbid. */
export const sound: Record<string, string> = {
  'packages/core/src/usage/tier.ts':
    "import { z } from 'zod'\nimport { severities } from '../alerts/severity.ts'\nimport type { Page } from '../platform/page.ts'\n// Date.now() and process.env in a comment\nexport const at = (now: number, process: { pid: number }) => [new Date(now), process.pid, 'Math.random()']",
  'packages/core/src/usage/tier.test.ts':
    "import fc from 'fast-check'\nimport { readFileSync } from 'node:fs'\nimport { expect } from 'vitest'\nexport const now = Date.now()",
  'packages/db/src/schema/usage.ts':
    "import { tiers } from '@trunkline/core/usage/tier'\nexport const usageLimits = pgTable('usage_limits', {})",
  'packages/db/src/migrate.ts': "import { PgBoss } from 'pg-boss'",
  ...alertsTable,
  'apps/api/src/platform/env.ts': 'export const env = process.env',
  'apps/api/src/platform/job.ts': "import { PgBoss } from 'pg-boss'",
  'apps/api/src/main.ts': "import { raiseAlert } from './alerts/raise.ts'\nimport { env } from './platform/env.ts'",
  'apps/api/src/providers/call.ts': "export const call = () => fetch('https://provider.example')",
  'apps/api/src/providers/retell/webhook.ts':
    "import { call } from '../call.ts'\nimport type { Ctx } from '../../platform/ctx.ts'",
  'apps/api/src/providers/retell/webhook.test.ts': "import Retell from 'retell-sdk'",
  'apps/api/src/usage/meter.ts':
    "import { opsAlerts } from '@trunkline/db/schema/alerts'\nimport { usageLimits } from '@trunkline/db/schema/usage'\nimport { raiseAlert } from '../alerts/raise.ts'\nexport const x = () => [ctx.db.update(usageLimits), ctx.db.select().from(opsAlerts), seen.delete('x'), sql`select 1 from ops_alerts for update of ops_alerts`, 'Cannot update ops_alerts now']",
  'apps/api/src/usage/meter.test.ts':
    "import { opsAlerts } from '@trunkline/db/schema/alerts'\nimport { receiveWebhook } from '../webhooks/receive.ts'\nexport const plant = () => ctx.db.insert(opsAlerts)",
  'apps/api/src/usage/router.ts':
    "import { meterCall } from './meter.ts'\nexport const usageRouter = { check: operator.input(x).query(({ ctx, input }) => meterCall(ctx, input)), hint: 'Select a customer from the list' }",
  'apps/api/src/webhooks/http.ts':
    "import type { IncomingMessage } from 'node:http'\nimport { meterCall } from '../usage/meter.ts'",
  'apps/admin/src/app/rpc.ts':
    "import type { PublicRouter } from '@trunkline/api/public'\nimport { tiers } from '@trunkline/core/usage/tier'",
  'apps/admin/src/ui/button.tsx':
    "import { clsx } from 'clsx'\nimport { Icon } from './icon.tsx'\n// customers never see this\nexport const isApple = navigator.userAgent.includes('Mac')\nexport const Button = () => <button role=\"alert\">Don't</button>",
  'apps/sim/src/main.ts': "import { z } from 'zod'\nexport const url = process.env.PUBLIC_URL",
  'packages/client/src/cli/sign.ts': "import { signatures } from '@trunkline/api/providers/signatures'",
  'packages/client/src/index.ts':
    "export { createClient } from './create.ts'\nexport type { PublicRouter } from '@trunkline/api/public'",
}
