import { job } from '../platform/job.ts'
import { sendNoticeSpec } from './notify-owner.ts'
import { sendNotice } from './send-notice.ts'

export const customerJobs = [job(sendNoticeSpec, sendNotice)]
