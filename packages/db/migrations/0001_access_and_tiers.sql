-- The application's role: neither owner nor superuser. Roles belong to the cluster, so another database may have made it.
DO $$
BEGIN
  CREATE ROLE trunkline_app NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;
--> statement-breakpoint
DO $$
BEGIN
  EXECUTE format('GRANT trunkline_app TO %I', current_user);
EXCEPTION WHEN unique_violation THEN NULL;
END
$$;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public TO trunkline_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON
  customers, agents, users, active_sessions, webhook_queue, idempotency_keys, webhook_sources, call_events, call_keys,
  sms_events, sms_keys, usage_limits, usage_keys, usage_holds, unknown_phone, unknown_phone_webhooks, ops_alerts, alert_logs,
  provider_status, traffic_hours, schedules, job_runs
TO trunkline_app;
--> statement-breakpoint
-- evidence and money are only ever added to
GRANT SELECT, INSERT ON usage_entries, usage_crossings, webhook_attempts, audit_log, tier_snapshots TO trunkline_app;
--> statement-breakpoint
GRANT SELECT ON usage_calls, usage_sms TO trunkline_app;
--> statement-breakpoint
-- quarantine is bounded, two rows of one call become one, a released number waits for nothing
GRANT DELETE ON webhook_queue, call_events, unknown_phone_webhooks, idempotency_keys TO trunkline_app;
--> statement-breakpoint
INSERT INTO tier_snapshots
  (id, tier, version, rank, monthly_price_cents, call_cap_seconds, sms_cap_segments, call_grace_seconds, effective_from)
VALUES
  ('018cc251-f400-7000-8000-000000000001', 'core', 1, 1, 14900, 150 * 60, 250, 600, '2024-01-01T00:00:00Z'),
  ('018cc251-f400-7000-8000-000000000002', 'pro', 1, 2, 24900, 300 * 60, 1000, 600, '2024-01-01T00:00:00Z'),
  ('018cc251-f400-7000-8000-000000000003', 'elite', 1, 3, 49700, 800 * 60, 3000, 600, '2024-01-01T00:00:00Z'),
  ('018cc251-f400-7000-8000-000000000004', 'scale', 1, 4, 99700, 3000 * 60, 5000, 600, '2024-01-01T00:00:00Z');
