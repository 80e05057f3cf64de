import type { Asked } from '@trunkline/core/webhooks/adapter'
import { providerFacts } from '@trunkline/core/webhooks/provider'
import { generateOpenApiDocument } from 'trpc-to-openapi'
import type { z } from 'zod'
import type { ApiMeta } from './platform/trpc.ts'
import { unknownFields } from './platform/unknown-fields.ts'
import { appRouter } from './router.ts'
import { adapters } from './webhooks/adapters.ts'
import { doors } from './webhooks/door-paths.ts'

type Schema = Record<string, unknown>
type Answer = { description: string; content?: Record<string, { schema: Schema }> }
type Operation = { responses: Record<string, Answer>; [part: string]: unknown }
type Document = {
  openapi: string
  info: object
  servers: { url: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema>; securitySchemes: object }
}

const errorSchema: Schema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { type: 'string' },
        message: { type: 'string' },
        fields: { type: 'object', additionalProperties: { type: 'string' } },
        requestId: { type: 'string' },
      },
      required: ['code', 'message'],
    },
  },
  required: ['error'],
}
const answer = (description: string, schema: Schema, type = 'application/json'): Answer => ({
  description,
  content: { [type]: { schema } },
})
const refusal = (description: string) => answer(description, { $ref: '#/components/schemas/Error' })

const health: Schema = {
  type: 'object',
  properties: { status: { type: 'string', enum: ['ok', 'degraded', 'down'] }, checks: { type: 'object' } },
  required: ['status', 'checks'],
}
const receipt: Schema = {
  type: 'object',
  properties: { received: { type: 'boolean', const: true }, duplicate: { type: 'boolean' } },
  required: ['received', 'duplicate'],
}

const csv = (operationId: string, tag: string, summary: string): Operation => ({
  operationId,
  summary,
  tags: [tag],
  security: [{ Authorization: [] }],
  responses: { 200: answer('All of it', { type: 'string' }, 'text/csv'), default: refusal('Refused') },
})
const parameter = (place: 'path' | 'query', name: string, required: boolean) => ({
  in: place,
  name,
  required,
  schema: { type: 'string' },
})

const acknowledged = answer('Kept', receipt)
const twiml = answer('Kept, and what Twilio does next', { type: 'string' }, 'text/xml')
const spoken: Record<string, string> = {
  voice: 'a call that comes in',
  status: 'the status of a call',
  sms: 'a text that comes in',
  'sms-status': 'the status of a text',
}
/** What whoever comes to a door is given, by what he asks. */
const given: Record<Asked, Answer> = {
  call: twiml,
  text: twiml,
  agent: answer('Kept, and who takes a call that rings', { anyOf: [receipt, { type: 'object' }] }),
}

const doorOf = (operationId: string, summary: string, taken: Answer, parameters: object[]): Operation => ({
  operationId,
  summary,
  tags: ['doors'],
  ...(parameters.length > 0 && { parameters }),
  responses: {
    200: taken,
    401: refusal('The signature does not prove who sent this'),
    413: refusal('The body is larger than 5 MB'),
    503: refusal('Not stored: send it again'),
  },
})
/** The doors of the providers, each at its own address. */
const doorPaths = Object.fromEntries(
  doors.map(({ provider, door, paths: [path], asks }) => {
    const { name } = providerFacts[provider]
    const isOnly = Object.keys(adapters[provider].doors).length === 1
    const named = [...path.matchAll(/:(\w+)/g)].map(([, part = '']) => parameter('path', part, true))
    const operation = doorOf(
      isOnly ? provider : `${provider}-${door}`,
      isOnly ? `What ${name} sends, signed` : `What ${name} sends about ${spoken[door] ?? door}, signed`,
      asks === undefined ? acknowledged : given[asks],
      named,
    )
    return [path.replaceAll(/:(\w+)/g, '{$1}'), { post: operation }]
  }),
)

/** What answers without being a procedure: the doors of the providers, health, metrics. */
const plainPaths: Record<string, Record<string, Operation>> = {
  ...doorPaths,
  '/api/health': {
    get: {
      operationId: 'health',
      summary: 'Whether webhooks are taken and processed',
      tags: ['monitors'],
      responses: { 200: answer('Taken', health), 503: answer('Not taken', health) },
    },
  },
  '/api/health/detailed': {
    get: {
      operationId: 'health-detailed',
      summary: 'The same with figures',
      tags: ['monitors'],
      security: [{ Authorization: [] }],
      responses: { 200: answer('Taken', health), 503: answer('Not taken', health), default: refusal('Refused') },
    },
  },
  '/api/admin/audit-log.csv': {
    get: csv('audit-csv', 'audit', 'Who did what, as CSV (RFC 4180), under the same filters as the list'),
  },
  '/api/admin/reconciliation-runs/{id}.csv': {
    get: {
      ...csv('reconciliation-csv', 'reconciliation', 'What a run found, all of it, as CSV (RFC 4180)'),
      parameters: [
        parameter('path', 'id', true),
        ...['class', 'provider', 'customerId', 'flagged'].map((name) => parameter('query', name, false)),
      ],
    },
  },
  '/api/billing/invoice-preview.csv': {
    get: {
      ...csv('billing-csv', 'billing', 'What a period of a customer comes to, line by line, as CSV (RFC 4180)'),
      parameters: ['customerId', 'periodStart'].map((name) => parameter('query', name, false)),
    },
  },
  '/api/admin/privacy/export': {
    post: {
      operationId: 'privacy-export',
      summary: 'Everything about a customer (customerId) or a number (phoneNumber), one JSON object a line',
      tags: ['privacy'],
      security: [{ Authorization: [] }],
      responses: { 200: answer('All of it', { type: 'string' }, 'application/x-ndjson'), default: refusal('Refused') },
    },
  },
  '/metrics': {
    get: {
      operationId: 'metrics',
      summary: 'Figures for Prometheus',
      tags: ['monitors'],
      responses: { 200: answer('Figures', { type: 'string' }, 'text/plain') },
    },
  },
}

/** The API as OpenAPI 3.1: every procedure that has a path, and the plain routes. Addresses count from the root. */
export const describeApi = (): Document => {
  described ??= describe()
  return described
}
// a quarter of a second of work: for who asks, once
let described: Document | undefined

function describe(): Document {
  const generated = generateOpenApiDocument(appRouter, {
    title: 'Trunkline',
    version: '0.1.0',
    baseUrl: '/',
    description:
      'Operations control plane for voice and SMS. Lists answer { items, nextCursor }; errors { error: { code, message, fields? } }.',
    securitySchemes: { Authorization: { type: 'http', scheme: 'bearer' } },
  }) as unknown as Document
  const procedures = Object.entries(generated.paths).map(([path, operations]) => {
    const described = Object.entries(operations).map(([method, operation]) => [method, withOurErrors(operation)])
    return [`/api${path}`, Object.fromEntries(described)]
  })
  return {
    ...generated,
    paths: { ...Object.fromEntries(procedures), ...plainPaths },
    components: { ...generated.components, schemas: { Error: errorSchema } },
  }
}

type Described = Record<string, { _def: { meta?: ApiMeta; inputs: z.ZodType[] } } | undefined>
const declared = appRouter._def.procedures as unknown as Described

/** The status with which a procedure answers success at its REST path. */
export const successOf = (path = ''): number => declared[path]?._def.meta?.answers ?? 200

/** The fields of an input that a procedure has no place for. */
export const unknownFieldsOf = (path: string, input: unknown): string[] =>
  (declared[path]?._def.inputs ?? []).flatMap((schema) => unknownFields(schema, input))

function withOurErrors(operation: Operation): Operation {
  const success = successOf(String(operation.operationId).replace('-', '.'))
  const responses = Object.entries(operation.responses).map(([status, response]) => [
    status === '200' ? String(success) : status,
    Number(status) < 400 ? response : refusal(response.description),
  ])
  return { ...operation, responses: { ...Object.fromEntries(responses), default: refusal('Refused') } }
}

/** Which methods a path answers: `['GET', 'POST']`, none where there is nothing. */
export function methodsOf(path: string): string[] {
  answered ??= answeredPaths()
  return answered.find(({ pattern }) => pattern.test(path))?.methods ?? []
}
let answered: { pattern: RegExp; methods: string[] }[] | undefined

function answeredPaths() {
  const methods = new Map<string, string[]>()
  const add = (path: string, method: string) => methods.set(path, [...(methods.get(path) ?? []), method.toUpperCase()])
  for (const procedure of Object.values(declared)) {
    const at = procedure?._def.meta?.openapi
    if (at !== undefined) add(`/api${at.path}`, at.method)
  }
  for (const [path, operations] of Object.entries(plainPaths))
    for (const method of Object.keys(operations)) add(path, method)
  return [...methods].map(([path, answers]) => ({
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
    methods: answers,
  }))
}
