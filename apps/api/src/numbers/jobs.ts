import { lineAddedSpec } from '../customers/create-agent.ts'
import { job } from '../platform/job.ts'
import { releaseLine } from './release-line.ts'

export const numberJobs = [job(lineAddedSpec, releaseLine)]
