import { expect, test } from 'vitest'
import { refuseForeignImports } from '../../scripts/contract.ts'

test('the contract of the client may name what its users have installed', () => {
  const contract = `import { BuiltRouter } from "@trpc/server/unstable-core-do-not-import";
declare const record: import("@trpc/server").TRPCDecorateCreateRouterOptions<{}>;`

  expect(() => refuseForeignImports(contract)).not.toThrow()
})

test.each([
  ['drizzle-orm', 'import { SQL } from "drizzle-orm";'],
  ['postgres', "declare const sql: import('postgres').Sql;"],
  ['fastify', 'export * from "fastify";'],
  ['../platform/ctx.ts', 'declare const ctx: import("../platform/ctx.ts").Ctx;'],
  ['zod', 'import "zod";'],
])('a contract that needs %s is refused', (specifier, contract) => {
  expect(() => refuseForeignImports(contract)).toThrow(`the contract needs ${specifier}, which`)
})
