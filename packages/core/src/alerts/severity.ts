import { z } from 'zod'

export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof severities)[number]
export const severitySchema = z.enum(severities)
