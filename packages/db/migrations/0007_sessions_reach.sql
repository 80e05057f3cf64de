-- The role in which an owner's request reads: it sees the rows of one customer, and of one user, and those alone. Whoever may
-- become the application may become it. Roles belong to the cluster, so another database may have made it.
DO $$
BEGIN
  CREATE ROLE trunkline_owner NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;
--> statement-breakpoint
DO $$
BEGIN
  GRANT trunkline_owner TO trunkline_app;
EXCEPTION WHEN unique_violation THEN NULL;
END
$$;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public TO trunkline_owner;
--> statement-breakpoint
-- what an owner's procedures read by themselves; they write through the application
GRANT SELECT ON customers, usage_limits, usage_holds, tier_snapshots TO trunkline_owner;
--> statement-breakpoint
-- a table without these says nothing to anybody: the application sees every row, an owner's request its customer's
DO $$
DECLARE
  guarded record;
BEGIN
  FOR guarded IN
    SELECT 'customers' AS name, 'id' AS own, 'trunkline.customer_id' AS asked
    UNION ALL
    SELECT unnest(ARRAY[
      'agents', 'audit_log', 'call_events', 'error_group_customers', 'error_logs', 'ops_alerts', 'sms_events', 'unknown_phone',
      'usage_crossings', 'usage_entries', 'usage_holds', 'usage_keys', 'usage_limits', 'usage_periods', 'users', 'webhook_queue'
    ]), 'customer_id', 'trunkline.customer_id'
    UNION ALL
    SELECT unnest(ARRAY[
      'active_sessions', 'known_places', 'login_tickets', 'password_resets', 'recovery_codes', 'second_factors'
    ]), 'user_id', 'trunkline.user_id'
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded.name);
    EXECUTE format('CREATE POLICY application_sees_all ON %I TO trunkline_app USING (true) WITH CHECK (true)', guarded.name);
    EXECUTE format(
      'CREATE POLICY owner_sees_own ON %I TO trunkline_owner USING (%I = nullif(current_setting(%L, true), %L)::uuid)',
      guarded.name, guarded.own, guarded.asked, ''
    );
  END LOOP;
END
$$;
--> statement-breakpoint
-- a view asks as whoever reads it, not as the owner of the tables
ALTER VIEW usage_calls SET (security_invoker = true);
--> statement-breakpoint
ALTER VIEW usage_sms SET (security_invoker = true);
