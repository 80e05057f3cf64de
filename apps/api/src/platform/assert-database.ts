import type { Sql } from '@trunkline/db/connect'

type Settings = {
  synchronous_commit: string
  is_superuser: boolean
  bypasses: boolean
  is_application: boolean
  owns: number
  unguarded: number
  version: number
}

/** Refuses to run where a promise could not be kept: commits that are not durable, or a role that could rewrite the ledger. */
export async function assertDatabase(sql: Sql): Promise<void> {
  const [found] = (await sql`
    select current_setting('synchronous_commit') as synchronous_commit,
      (select rolsuper from pg_roles where rolname = current_user) as is_superuser,
      (select bool_or(rolbypassrls or rolsuper) from pg_roles where rolname in (current_user, 'trunkline_owner')) as bypasses,
      pg_has_role(current_user, 'trunkline_app', 'USAGE') and pg_has_role(session_user, 'trunkline_owner', 'MEMBER') as is_application,
      (select count(*)::int from pg_attribute join pg_class on pg_class.oid = attrelid
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
          and attname = 'customer_id' and not row_security_active(pg_class.oid)) as unguarded,
      (select count(*)::int from pg_tables where schemaname = 'public' and tableowner = current_user) as owns,
      current_setting('server_version_num')::int as version`) as unknown as Settings[]
  if (found === undefined) throw new Error('the database answered nothing about itself')
  if (found.version < 150_000) throw new Error('PostgreSQL 15 or newer is needed')
  if (!['on', 'remote_apply'].includes(found.synchronous_commit))
    throw new Error('the database does not commit durably (synchronous_commit)')
  if (found.is_superuser || found.owns > 0)
    throw new Error('the application must not run as a superuser or as the owner of its tables')
  if (found.bypasses || found.unguarded > 0) throw new Error('the application must not bypass row-level security')
  if (!found.is_application) throw new Error('the application must be a member of the role trunkline_app')
}
