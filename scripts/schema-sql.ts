import { createHash } from 'node:crypto'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import {
  columns,
  constraints,
  granted,
  indexes,
  type Part,
  policies,
  relationGrants,
  type Sql,
  shown,
  triggers,
} from './lib/catalogue.ts'

export const migrationsDir = fileURLToPath(new URL('../packages/db/migrations', import.meta.url))
export const schemaFile = fileURLToPath(new URL('../packages/db/schema.sql', import.meta.url))

/** The first line of schema.sql: it goes stale with the first change of a migration, and no database is asked. */
export function schemaHeader(directory: string): string {
  const hash = createHash('sha256')
  for (const name of [...globSync('*.sql', { cwd: directory }).sort(), 'meta/_journal.json'])
    hash
      .update(`${name}\0`)
      .update(readFileSync(`${directory}/${name}`))
      .update('\0')
  return `-- migrations: ${hash.digest('hex')}`
}

/** What schema.sql holds for the migrated database at this URL. */
export async function schemaText(url: string, directory = migrationsDir): Promise<string> {
  return `${schemaHeader(directory)}\n-- Written by npm test from the catalogue. To be read and compared, not to be run.\n\n${await dumpSchema(url)}`
}

/**
 * The public schema as text, the same on every supported server for the same migrations: by name, not by age.
 * Partitions by time depend on the day, so of all partitions only the DEFAULT ones are shown.
 */
export async function dumpSchema(url: string): Promise<string> {
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => undefined })
  try {
    const sections = await sql.begin('isolation level repeatable read, read only', async (transaction) => {
      await transaction`select set_config('search_path', 'public', true), set_config('TimeZone', 'UTC', true),
        set_config('DateStyle', 'ISO, YMD', true), set_config('IntervalStyle', 'postgres', true)`
      return [
        await extensions(transaction),
        await types(transaction),
        await sequences(transaction),
        await tables(transaction),
        await views(transaction),
        await functions(transaction),
        await schemaGrants(transaction),
      ]
    })
    return `${sections.flat().join('\n\n')}\n`
  } finally {
    await sql.end()
  }
}

async function tables(sql: Sql): Promise<string[]> {
  const found = await sql<{ name: string; head: string; tail: string }[]>`
    select relname as name, 'create table ' || quote_ident(relname)
      || coalesce(' partition of ' || (select quote_ident(parent.relname) from pg_inherits join pg_class parent on parent.oid = inhparent
        where inhrelid = class.oid and class.relispartition), '') as head,
      coalesce(' ' || lower(pg_get_expr(relpartbound, oid)), '') || coalesce(' partition by ' || pg_get_partkeydef(oid), '')
        || coalesce(' with (' || (select string_agg(option, ', ' order by option) from unnest(reloptions) as option) || ')', '') as tail
    from pg_class class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and ${shown(sql)}
    order by relname`
  const inside = byOwner([...(await columns(sql)), ...(await constraints(sql))])
  const after = byOwner([
    ...(await indexes(sql)),
    ...(await triggers(sql)),
    ...(await policies(sql)),
    ...(await relationGrants(sql)),
  ])
  return found.map(({ name, head, tail }) =>
    [`${head} (\n  ${(inside.get(name) ?? []).join(',\n  ')}\n)${tail};`, ...(after.get(name) ?? [])].join('\n'),
  )
}

/** Not part of an extension, and no partition but a DEFAULT one. */
function byOwner(parts: Part[]): Map<string, string[]> {
  const grouped = new Map<string, string[]>()
  for (const { on, text } of parts) grouped.set(on, [...(grouped.get(on) ?? []), text])
  return grouped
}

async function views(sql: Sql): Promise<string[]> {
  const found = await sql<{ name: string; text: string }[]>`
    select relname as name, 'create ' || case relkind when 'm' then 'materialized ' else '' end || 'view ' || quote_ident(relname)
      || coalesce(' with (' || (select string_agg(option, ', ' order by option) from unnest(reloptions) as option) || ')', '')
      || E' as\n' || pg_get_viewdef(oid) as text
    from pg_class class
    where relnamespace = 'public'::regnamespace and relkind in ('v', 'm') and ${shown(sql)}
    order by relname`
  const after = byOwner([...(await indexes(sql)), ...(await triggers(sql)), ...(await relationGrants(sql))])
  return found.map(({ name, text }) => [withoutSolePrefix(text), ...(after.get(name) ?? [])].join('\n'))
}

/** Servers before 16 write the table before each column even where a view reads one table only. */
function withoutSolePrefix(view: string): string {
  const [, from] = /^ {3}FROM ((?:\( SELECT|[^(])[\s\S]*?)(?=\n {1,2}\S|;?\s*$(?![\s\S]))/m.exec(view) ?? []
  if (from === undefined || (!from.startsWith('(') && from.includes('\n'))) return view
  const [, alias] = /((?:"[^"]+"|\w)+)(?:\([^()]*\))?$/.exec(from) ?? []
  return alias ? view.replaceAll(new RegExp(`(?<![\\w".])${alias}\\.`, 'g'), '') : view
}

async function functions(sql: Sql): Promise<string[]> {
  const found = await sql<{ text: string }[]>`
    select pg_get_functiondef(proc.oid) || ';' || coalesce(case when proacl is not null then coalesce((
        select string_agg(E'\ngrant ' || may || ' on function ' || proc.oid::regprocedure || ' to ' || grantee || option || ';', '' order by grantee)
        from (${granted(sql, 'proacl', 'proowner')}) as granted), E'\n-- its owner alone may execute it') end, '') as text
    from pg_proc proc
    where pronamespace = 'public'::regnamespace and prokind in ('f', 'p')
      and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = proc.oid and deptype = 'e')
    order by proname, pg_get_function_identity_arguments(proc.oid)`
  return found.map(({ text }) => text)
}

async function types(sql: Sql): Promise<string[]> {
  const found = await sql<{ text: string }[]>`
    select case typtype
      when 'e' then 'create type ' || quote_ident(typname) || ' as enum ('
        || (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = type.oid) || ');'
      else concat_ws(' ', 'create domain', quote_ident(typname), 'as', format_type(typbasetype, typtypmod), 'default ' || typdefault,
        case when typnotnull then 'not null' end,
        (select string_agg('constraint ' || quote_ident(conname) || ' ' || pg_get_constraintdef(con.oid), ' ' order by conname)
          from pg_constraint con where contypid = type.oid and contype = 'c')) || ';'
      end as text
    from pg_type type
    where typnamespace = 'public'::regnamespace and typtype in ('e', 'd')
      and not exists (select from pg_depend where classid = 'pg_type'::regclass and objid = type.oid and deptype = 'e')
    order by typname`
  return found.map(({ text }) => text)
}

async function sequences(sql: Sql): Promise<string[]> {
  const found = await sql<{ name: string; text: string }[]>`
    select relname as name, concat_ws(' ', 'create sequence', quote_ident(relname), 'as', format_type(seqtypid, null), 'start', seqstart,
      'increment', seqincrement, 'minvalue', seqmin, 'maxvalue', seqmax, 'cache', seqcache, case when seqcycle then 'cycle' end) || ';' as text
    from pg_sequence join pg_class class on class.oid = seqrelid
    where relnamespace = 'public'::regnamespace and ${shown(sql)}
      and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = class.oid and deptype = 'i')
    order by relname`
  const after = byOwner(await relationGrants(sql))
  return found.map(({ name, text }) => [text, ...(after.get(name) ?? [])].join('\n'))
}

async function extensions(sql: Sql): Promise<string[]> {
  const found = await sql<{ text: string }[]>`
    select 'create extension ' || quote_ident(extname) || ';' as text from pg_extension where extname <> 'plpgsql' order by extname`
  return found.map(({ text }) => text)
}

async function schemaGrants(sql: Sql): Promise<string[]> {
  const found = await sql<{ text: string }[]>`
    select 'grant ' || may || ' on schema public to ' || grantee || option || ';' as text
    from pg_namespace, lateral (${granted(sql, 'nspacl', 'nspowner')}) as granted
    where nspname = 'public'
    union all
    select concat_ws(' ', 'alter default privileges in schema public grant', may, 'on',
      case defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' else 'schemas' end,
      'to', grantee) || option || ';'
    from pg_default_acl, lateral (${granted(sql, 'defaclacl', 'defaclrole')}) as granted
    where defaclnamespace = 'public'::regnamespace
    order by 1`
  return found.length > 0 ? [found.map(({ text }) => text).join('\n')] : []
}

if (import.meta.main) {
  const url = process.argv[2]
  if (!url) {
    process.stderr.write('node scripts/schema-sql.ts <URL of a migrated database>\n')
    process.exit(1)
  }
  writeFileSync(schemaFile, await schemaText(url))
}
