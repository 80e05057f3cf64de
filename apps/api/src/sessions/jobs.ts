import { z } from 'zod'
import { job, jobSpec } from '../platform/job.ts'
import type { Recurring } from '../platform/schedule.ts'
import { forgetAttempts } from './forget.ts'
import { sendInvitationSpec } from './invite.ts'
import { sendResetSpec } from './request-reset.ts'
import { sendInvitation } from './send-invitation.ts'
import { sendReset } from './send-reset.ts'
import { sendHolderNotice, tellHolderSpec } from './tell-holder.ts'
import { sendWelcome, sendWelcomeSpec } from './welcome.ts'

const forgetSpec = jobSpec({ name: 'sessions.forgetAttempts', input: z.object({}), attempts: 3 })

export const sessionJobs = [
  job(sendResetSpec, sendReset),
  job(sendInvitationSpec, sendInvitation),
  job(sendWelcomeSpec, sendWelcome),
  job(tellHolderSpec, sendHolderNotice),
  job(forgetSpec, forgetAttempts),
]

export const sessionSchedules: readonly Recurring[] = [{ spec: forgetSpec, everySeconds: 3600 }]
