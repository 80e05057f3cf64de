import { createHash } from 'node:crypto'
import type { Severity } from '@trunkline/core/alerts/severity'
import { culpritOf, type ErrorSource, generalize, identityOf } from '@trunkline/core/errors/fingerprint'
import { type Frame, framesOf, stackText } from '@trunkline/core/errors/frame'
import { severityOf } from '@trunkline/core/errors/severity'
import { maskText } from '@trunkline/core/platform/mask'
import { plainText } from '@trunkline/core/platform/plain-text'
import { DrizzleQueryError } from 'drizzle-orm'
import type { Fault } from '../platform/fault.ts'

/** What all occurrences of one bug have in common. */
export type Kind = {
  fingerprint: string
  source: ErrorSource
  severity: Severity
  type: string
  title: string
  culprit: string
}

/** One occurrence as it is kept: masked and bounded. */
export type Sample = {
  at: Date
  message: string
  stack: string
  place: string
  requestId: string | null
  actor: string | null
  customerId: string | null
  webhookId: string | null
  input: string | null
  release: string | null
  userAgent: string | null
}

/** An error of a front end, whose stack has been read already. */
export class ReportedError extends Error {
  readonly type: string
  readonly frames: readonly Frame[]

  constructor(type: string, message: string, frames: readonly Frame[]) {
    super(message)
    this.type = type
    this.frames = frames
  }
}

type Facts = { type: string; message: string; code: string | undefined; frames: readonly Frame[] }

/** Says which bug an occurrence is of. */
export function kindOf(fault: Fault, secrets: readonly string[]): { kind: Kind; facts: Facts } {
  const facts = factsOf(fault.error)
  const { source, where } = fault
  // masked first: what is taken for a count in the middle of a secret would hide it from the mask
  const clean = (text: string, length: number) => plainText(maskText(text, secrets), length)
  const kind = {
    fingerprint: createHash('sha256')
      .update(identityOf({ ...facts, source, where }))
      .digest('hex'),
    source,
    severity: severityOf({ ...facts, source, isAnonymous: fault.isAnonymous ?? false }),
    type: clean(facts.type, 200),
    title: plainText(generalize(clean(facts.message, 2000)), 300) || clean(facts.type, 200),
    culprit: clean(culpritOf({ where: clean(where, 500), frames: facts.frames }), 300),
  }
  return { kind, facts }
}

export function sampleOf(fault: Fault, facts: Facts, at: Date, secrets: readonly string[]): Sample {
  const clean = (text: string | null | undefined, length: number) =>
    text === undefined || text === null || text === '' ? null : plainText(maskText(text, secrets), length)
  return {
    at,
    message: clean(facts.message, 2000) ?? '',
    stack: clean(stackText(facts.frames), 10_000) ?? '',
    place: clean(fault.where, 500) ?? '',
    requestId: clean(fault.requestId, 100),
    actor: clean(fault.actor, 200),
    customerId: fault.customerId ?? null,
    webhookId: fault.webhookId ?? null,
    input: fault.input === undefined ? null : clean(inputText(fault.input), 4000),
    release: clean(fault.release, 100),
    userAgent: clean(fault.userAgent, 300),
  }
}

function factsOf(error: unknown): Facts {
  if (error instanceof ReportedError) {
    return { type: error.type, message: error.message, code: undefined, frames: error.frames }
  }
  // Drizzle puts the statement's parameters, which may be a body, into its message; its stack knows who asked
  const cause = error instanceof DrizzleQueryError ? (error.cause ?? error) : error
  if (!(cause instanceof Error)) return { type: 'Thrown', message: String(cause), code: undefined, frames: [] }
  const outer = error instanceof Error && error !== cause ? framesOf(error.stack ?? '') : []
  const { code } = cause as { code?: unknown }
  return {
    type: cause.name,
    message: cause instanceof DrizzleQueryError ? 'The statement failed' : cause.message,
    code: typeof code === 'string' || typeof code === 'number' ? String(code) : undefined,
    frames: [...framesOf(cause.stack ?? ''), ...outer],
  }
}

const longestText = 200

/** What was asked, with long texts left out: they are bodies, transcripts and messages. */
function inputText(input: unknown): string {
  try {
    const text = JSON.stringify(input, (_name, value: unknown) =>
      typeof value === 'string' && value.length > longestText ? `… ${value.length} characters` : value,
    )
    return (text ?? '').slice(0, 8000)
  } catch {
    return 'It cannot be written as JSON'
  }
}
