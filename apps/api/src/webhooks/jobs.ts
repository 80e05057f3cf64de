import { z } from 'zod'
import { releaseWaitingSpec } from '../numbers/resolve.ts'
import { job, jobSpec } from '../platform/job.ts'
import type { Recurring } from '../platform/schedule.ts'
import { admitFetchedSpec } from '../reconciliation/heal.ts'
import { admitFetched } from './admit-fetched.ts'
import { backfillGaps } from './backfill.ts'
import { backfillGapsSpec } from './backfill-runs.ts'
import { carryOutReplay, carryOutReplaySpec } from './bulk-replay.ts'
import { forgetKeys } from './forget-keys.ts'
import { watchSilence } from './gaps.ts'
import { trimReplays } from './plan-replay.ts'
import { trimQuarantine } from './quarantine.ts'
import { releasePaused, releasePausedSpec } from './release-paused.ts'
import { releaseWaiting } from './release-waiting.ts'

const trimQuarantineSpec = jobSpec({ name: 'webhooks.trimQuarantine', input: z.object({}), attempts: 3 })

const trimReplaysSpec = jobSpec({ name: 'webhooks.trimReplays', input: z.object({}), attempts: 3 })

const forgetKeysSpec = jobSpec({ name: 'webhooks.forgetKeys', input: z.object({}), attempts: 3 })

const watchSilenceSpec = jobSpec({ name: 'webhooks.watchSilence', input: z.object({}), attempts: 3 })

export const webhookJobs = [
  job(watchSilenceSpec, watchSilence),
  job(backfillGapsSpec, backfillGaps),
  job(releaseWaitingSpec, releaseWaiting),
  job(trimQuarantineSpec, trimQuarantine),
  job(releasePausedSpec, releasePaused),
  job(admitFetchedSpec, admitFetched),
  job(carryOutReplaySpec, carryOutReplay),
  job(trimReplaysSpec, trimReplays),
  job(forgetKeysSpec, forgetKeys),
]

export const webhookSchedules: readonly Recurring[] = [
  { spec: watchSilenceSpec, everySeconds: 900 },
  { spec: backfillGapsSpec, everySeconds: 600 },
  { spec: trimQuarantineSpec, everySeconds: 600 },
  { spec: trimReplaysSpec, everySeconds: 86_400 },
  { spec: forgetKeysSpec, everySeconds: 86_400 },
]
