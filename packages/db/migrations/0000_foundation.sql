CREATE TABLE "alert_logs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"alert_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"state" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"lease_generation" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"provider_message_id" text,
	"reason" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"delivered_at" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "alert_logs_channel_is_known" CHECK ("alert_logs"."channel" in ('sms', 'log')),
	CONSTRAINT "alert_logs_state_is_known" CHECK ("alert_logs"."state" in ('pending', 'sent', 'delivered', 'failed', 'logged', 'superseded'))
);
--> statement-breakpoint
CREATE TABLE "ops_alerts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"alert_type" text NOT NULL,
	"dedup_key" text NOT NULL,
	"severity" text NOT NULL,
	"customer_id" uuid,
	"title" text NOT NULL,
	"message" text NOT NULL,
	"runbook" text,
	"metadata" jsonb NOT NULL,
	"delivery" text DEFAULT 'pending' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"acknowledged_at" timestamp (3) with time zone,
	"acknowledged_by" text,
	CONSTRAINT "ops_alerts_raised_once" UNIQUE("dedup_key"),
	CONSTRAINT "ops_alerts_severity_is_known" CHECK ("ops_alerts"."severity" in ('info', 'low', 'medium', 'high', 'critical')),
	CONSTRAINT "ops_alerts_delivery_is_known" CHECK ("ops_alerts"."delivery" in ('pending', 'sent', 'delivered', 'failed', 'logged', 'superseded'))
);
--> statement-breakpoint
CREATE TABLE "agents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"phone_number" text NOT NULL,
	"user_id" uuid,
	"agent_id" text,
	"provider_number_id" text,
	"deploy_request_id" text,
	"nickname" text,
	"status" text DEFAULT 'deployed' NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"provider" text NOT NULL,
	"provisioned_by" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "agents_phone_number_belongs_to_one" UNIQUE("phone_number"),
	CONSTRAINT "agents_user_has_one" UNIQUE("user_id"),
	CONSTRAINT "agents_status_is_known" CHECK ("agents"."status" in ('deployed', 'configured', 'suspended', 'failed', 'retired')),
	CONSTRAINT "agents_provider_is_known" CHECK ("agents"."provider" in ('retell', 'twilio', 'telnyx'))
);
--> statement-breakpoint
CREATE TABLE "customers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"business_name" text NOT NULL,
	"tier" text NOT NULL,
	"timezone" text NOT NULL,
	"country" text NOT NULL,
	"owner_email" text,
	"status" text DEFAULT 'active' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "customers_tier_is_known" CHECK ("customers"."tier" in ('core', 'pro', 'elite', 'scale')),
	CONSTRAINT "customers_status_is_known" CHECK ("customers"."status" in ('active', 'suspended', 'closed'))
);
--> statement-breakpoint
CREATE TABLE "call_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid,
	"phone_number" text,
	"direction" text,
	"from_number" text,
	"to_number" text,
	"agent_id" text,
	"status" text NOT NULL,
	"started_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"seconds" integer,
	"seconds_source" text,
	"cost_micros" bigint,
	"disconnect_reason" text,
	"recording_url" text,
	"summary" text,
	"sentiment" text,
	"transcript" text,
	"retell_call_id" text,
	"twilio_call_sid" text,
	"facts" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "call_events_status_is_known" CHECK ("call_events"."status" in ('queued', 'initiated', 'ringing', 'in-progress', 'canceled', 'failed', 'busy', 'no-answer', 'completed')),
	CONSTRAINT "call_events_seconds_are_not_negative" CHECK ("call_events"."seconds" >= 0)
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE TABLE "call_events_default" PARTITION OF "call_events" DEFAULT;
--> statement-breakpoint
CREATE TABLE "call_keys" (
	"key" text PRIMARY KEY NOT NULL,
	"call_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sms_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid,
	"phone_number" text,
	"direction" text NOT NULL,
	"from_number" text,
	"to_number" text,
	"status" text NOT NULL,
	"segments" integer,
	"body" text,
	"error_code" text,
	"message_sid" text,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"facts" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "sms_events_status_is_known" CHECK ("sms_events"."status" in ('accepted', 'scheduled', 'queued', 'sending', 'receiving', 'sent', 'partially_delivered', 'canceled', 'failed', 'undelivered', 'delivered', 'received', 'read'))
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE TABLE "sms_events_default" PARTITION OF "sms_events" DEFAULT;
--> statement-breakpoint
CREATE TABLE "sms_keys" (
	"key" text PRIMARY KEY NOT NULL,
	"sms_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "traffic_hours" (
	"hour" timestamp (3) with time zone NOT NULL,
	"outcome" text NOT NULL,
	"slot" integer NOT NULL,
	"count" bigint NOT NULL,
	"seconds" bigint NOT NULL,
	CONSTRAINT "traffic_hours_hour_outcome_slot_pk" PRIMARY KEY("hour","outcome","slot")
);
--> statement-breakpoint
CREATE TABLE "unknown_phone_webhooks" (
	"unknown_phone_id" uuid NOT NULL,
	"webhook_id" uuid NOT NULL,
	CONSTRAINT "unknown_phone_webhooks_unknown_phone_id_webhook_id_pk" PRIMARY KEY("unknown_phone_id","webhook_id")
);
--> statement-breakpoint
CREATE TABLE "unknown_phone" (
	"id" uuid PRIMARY KEY NOT NULL,
	"phone_number" text NOT NULL,
	"event_types" text[] NOT NULL,
	"first_seen_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	"resolved_at" timestamp (3) with time zone,
	"resolved_by" text,
	"resolution" text,
	"customer_id" uuid,
	CONSTRAINT "unknown_phone_resolution_is_known" CHECK ("unknown_phone"."resolution" in ('matched', 'spam', 'ignored')),
	CONSTRAINT "unknown_phone_matched_names_its_customer" CHECK (("unknown_phone"."resolution" = 'matched') = ("unknown_phone"."customer_id" is not null) or "unknown_phone"."resolution" is null)
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" uuid PRIMARY KEY NOT NULL,
	"actor" text NOT NULL,
	"address" text,
	"request_id" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"customer_id" uuid,
	"before" jsonb,
	"after" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "job_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"job_id" text NOT NULL,
	"attempt" integer NOT NULL,
	"due_at" timestamp (3) with time zone,
	"started_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"outcome" text NOT NULL,
	"error" text
);
--> statement-breakpoint
CREATE TABLE "schedules" (
	"name" text PRIMARY KEY NOT NULL,
	"every_seconds" integer NOT NULL,
	"next_due_at" timestamp (3) with time zone NOT NULL,
	"last_run_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "provider_status" (
	"provider" text NOT NULL,
	"component" text NOT NULL,
	"state" text NOT NULL,
	"circuit" text NOT NULL,
	"failure_count" integer DEFAULT 0 NOT NULL,
	"openings" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	"last_failure_at" timestamp (3) with time zone,
	"last_success_at" timestamp (3) with time zone,
	"cooldown_until" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "provider_status_provider_component_pk" PRIMARY KEY("provider","component"),
	CONSTRAINT "provider_status_state_is_known" CHECK ("provider_status"."state" in ('healthy', 'degraded', 'down', 'not_configured')),
	CONSTRAINT "provider_status_circuit_is_known" CHECK ("provider_status"."circuit" in ('closed', 'open', 'half_open'))
);
--> statement-breakpoint
CREATE TABLE "active_sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"device" text NOT NULL,
	"ip" text NOT NULL,
	"user_agent" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_active_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	"revoked_reason" text,
	CONSTRAINT "active_sessions_token_stands_once" UNIQUE("token_hash"),
	CONSTRAINT "active_sessions_device_is_known" CHECK ("active_sessions"."device" in ('desktop', 'mobile', 'tablet'))
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text,
	"role" text NOT NULL,
	"customer_id" uuid,
	"password_hash" text NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_sign_in_at" timestamp (3) with time zone,
	CONSTRAINT "users_email_stands_once" UNIQUE("email"),
	CONSTRAINT "users_role_is_known" CHECK ("users"."role" in ('admin', 'operator', 'sales', 'viewer', 'owner')),
	CONSTRAINT "users_owner_has_a_customer" CHECK (("users"."role" = 'owner') = ("users"."customer_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "tier_snapshots" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tier" text NOT NULL,
	"version" integer NOT NULL,
	"rank" integer NOT NULL,
	"monthly_price_cents" integer NOT NULL,
	"call_cap_seconds" bigint NOT NULL,
	"sms_cap_segments" bigint NOT NULL,
	"call_grace_seconds" bigint NOT NULL,
	"effective_from" timestamp (3) with time zone NOT NULL,
	"effective_until" timestamp (3) with time zone,
	CONSTRAINT "tier_snapshots_version_stands_once" UNIQUE("tier","version"),
	CONSTRAINT "tier_snapshots_tier_is_known" CHECK ("tier_snapshots"."tier" in ('core', 'pro', 'elite', 'scale'))
);
--> statement-breakpoint
CREATE TABLE "usage_crossings" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"meter" text NOT NULL,
	"period_start" timestamp (3) with time zone NOT NULL,
	"limit_revision" integer NOT NULL,
	"level" integer NOT NULL,
	"before" bigint NOT NULL,
	"after" bigint NOT NULL,
	"base" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "usage_crossings_announced_once" UNIQUE("customer_id","meter","period_start","limit_revision","level")
);
--> statement-breakpoint
CREATE TABLE "usage_entries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"meter" text NOT NULL,
	"idem_key" text NOT NULL,
	"kind" text NOT NULL,
	"quantity" bigint NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"period_start" timestamp (3) with time zone NOT NULL,
	"event_id" uuid NOT NULL,
	"webhook_id" uuid,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "usage_entries_meter_is_known" CHECK ("usage_entries"."meter" in ('call_seconds', 'sms_segments')),
	CONSTRAINT "usage_entries_kind_is_known" CHECK ("usage_entries"."kind" in ('usage', 'revision', 'void')),
	CONSTRAINT "usage_entries_change_something" CHECK ("usage_entries"."quantity" <> 0)
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE TABLE "usage_entries_default" PARTITION OF "usage_entries" DEFAULT;
--> statement-breakpoint
CREATE TABLE "usage_holds" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"meter" text NOT NULL,
	"quantity" bigint NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"settled_quantity" bigint,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "usage_holds_quantity_is_positive" CHECK ("usage_holds"."quantity" > 0),
	CONSTRAINT "usage_holds_state_is_known" CHECK ("usage_holds"."state" in ('open', 'settled', 'expired'))
);
--> statement-breakpoint
CREATE TABLE "usage_keys" (
	"meter" text NOT NULL,
	"idem_key" text NOT NULL,
	"customer_id" uuid NOT NULL,
	"booked" bigint DEFAULT 0 NOT NULL,
	"entries" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "usage_keys_meter_idem_key_pk" PRIMARY KEY("meter","idem_key")
);
--> statement-breakpoint
CREATE TABLE "usage_limits" (
	"customer_id" uuid PRIMARY KEY NOT NULL,
	"tier_snapshot_id" uuid NOT NULL,
	"period_start" timestamp (3) with time zone NOT NULL,
	"period_end" timestamp (3) with time zone NOT NULL,
	"limit_revision" integer DEFAULT 1 NOT NULL,
	"call_used_seconds" bigint DEFAULT 0 NOT NULL,
	"call_reserved_seconds" bigint DEFAULT 0 NOT NULL,
	"call_cap_seconds" bigint NOT NULL,
	"call_credit_seconds" bigint DEFAULT 0 NOT NULL,
	"rollover_seconds" bigint DEFAULT 0 NOT NULL,
	"grace_seconds" bigint NOT NULL,
	"sms_used" bigint DEFAULT 0 NOT NULL,
	"sms_reserved" bigint DEFAULT 0 NOT NULL,
	"sms_cap" bigint NOT NULL,
	"sms_credit" bigint DEFAULT 0 NOT NULL,
	"force_pause" boolean DEFAULT false NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "usage_limits_call_reserved_is_not_negative" CHECK ("usage_limits"."call_reserved_seconds" >= 0),
	CONSTRAINT "usage_limits_sms_reserved_is_not_negative" CHECK ("usage_limits"."sms_reserved" >= 0),
	CONSTRAINT "usage_limits_period_runs_forward" CHECK ("usage_limits"."period_end" > "usage_limits"."period_start")
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"key" "bytea" PRIMARY KEY NOT NULL,
	"webhook_id" uuid NOT NULL,
	"body_sha256" "bytea" NOT NULL,
	"duplicates" integer DEFAULT 0 NOT NULL,
	"last_duplicate_at" timestamp (3) with time zone,
	"expires_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhook_attempts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"webhook_id" uuid NOT NULL,
	"outcome" text NOT NULL,
	"error" text,
	"by" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "webhook_attempts_outcome_is_known" CHECK ("webhook_attempts"."outcome" in ('processed', 'failed', 'dead', 'replayed'))
);
--> statement-breakpoint
CREATE TABLE "webhook_sources" (
	"id" uuid PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"name" text NOT NULL,
	"secret_ciphertext" text NOT NULL,
	"secret_sha256" "bytea" NOT NULL,
	"not_after" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhook_sources_secret_stands_once" UNIQUE("secret_sha256"),
	CONSTRAINT "webhook_sources_provider_is_known" CHECK ("webhook_sources"."provider" in ('retell', 'twilio'))
);
--> statement-breakpoint
CREATE TABLE "webhook_queue" (
	"id" uuid PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"door" text NOT NULL,
	"event_type" text,
	"phone_number" text,
	"url" text NOT NULL,
	"remote_address" text NOT NULL,
	"headers" jsonb NOT NULL,
	"body" text NOT NULL,
	"body_encoding" text NOT NULL,
	"body_bytes" integer NOT NULL,
	"body_sha256" "bytea" NOT NULL,
	"verdict" text NOT NULL,
	"secret_id" uuid,
	"revision_of" uuid,
	"state" text NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp (3) with time zone,
	"processed_at" timestamp (3) with time zone,
	"last_error" text,
	"customer_id" uuid,
	CONSTRAINT "webhook_queue_state_is_known" CHECK ("webhook_queue"."state" in ('received', 'processed', 'failed', 'dead', 'quarantined'))
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE TABLE "webhook_queue_default" PARTITION OF "webhook_queue" DEFAULT;
--> statement-breakpoint
ALTER TABLE "alert_logs" ADD CONSTRAINT "alert_logs_alert_id_ops_alerts_id_fk" FOREIGN KEY ("alert_id") REFERENCES "public"."ops_alerts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "agents" ADD CONSTRAINT "agents_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "unknown_phone_webhooks" ADD CONSTRAINT "unknown_phone_webhooks_unknown_phone_id_unknown_phone_id_fk" FOREIGN KEY ("unknown_phone_id") REFERENCES "public"."unknown_phone"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "unknown_phone" ADD CONSTRAINT "unknown_phone_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "active_sessions" ADD CONSTRAINT "active_sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_crossings" ADD CONSTRAINT "usage_crossings_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_holds" ADD CONSTRAINT "usage_holds_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_limits" ADD CONSTRAINT "usage_limits_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_limits" ADD CONSTRAINT "usage_limits_tier_snapshot_id_tier_snapshots_id_fk" FOREIGN KEY ("tier_snapshot_id") REFERENCES "public"."tier_snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "alert_logs_by_alert" ON "alert_logs" USING btree ("alert_id","id");--> statement-breakpoint
CREATE INDEX "alert_logs_by_provider_message" ON "alert_logs" USING btree ("provider_message_id");--> statement-breakpoint
CREATE INDEX "ops_alerts_open" ON "ops_alerts" USING btree ("id") WHERE acknowledged_at is null;--> statement-breakpoint
CREATE INDEX "ops_alerts_by_customer" ON "ops_alerts" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "agents_by_customer" ON "agents" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX "agents_by_vendor_agent" ON "agents" USING btree ("agent_id");--> statement-breakpoint
CREATE INDEX "customers_by_name" ON "customers" USING btree ("business_name","id");--> statement-breakpoint
CREATE INDEX "call_events_by_customer" ON "call_events" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "call_events_by_phone" ON "call_events" USING btree ("phone_number","id");--> statement-breakpoint
CREATE INDEX "call_keys_by_call" ON "call_keys" USING btree ("call_id");--> statement-breakpoint
CREATE INDEX "sms_events_by_customer" ON "sms_events" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "sms_events_by_phone" ON "sms_events" USING btree ("phone_number","id");--> statement-breakpoint
CREATE INDEX "sms_events_by_sid" ON "sms_events" USING btree ("message_sid");--> statement-breakpoint
CREATE INDEX "unknown_phone_webhooks_by_webhook" ON "unknown_phone_webhooks" USING btree ("webhook_id");--> statement-breakpoint
CREATE UNIQUE INDEX "unknown_phone_open_once" ON "unknown_phone" USING btree ("phone_number") WHERE resolved_at is null;--> statement-breakpoint
CREATE INDEX "unknown_phone_by_last_seen" ON "unknown_phone" USING btree ("last_seen_at","id");--> statement-breakpoint
CREATE INDEX "audit_log_by_subject" ON "audit_log" USING btree ("subject","id");--> statement-breakpoint
CREATE INDEX "job_runs_by_name" ON "job_runs" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "job_runs_running" ON "job_runs" USING btree ("started_at") WHERE outcome = 'running';--> statement-breakpoint
CREATE INDEX "active_sessions_alive" ON "active_sessions" USING btree ("user_id","created_at") WHERE revoked_at is null;--> statement-breakpoint
CREATE INDEX "usage_entries_by_customer" ON "usage_entries" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "usage_entries_by_event" ON "usage_entries" USING btree ("event_id");--> statement-breakpoint
CREATE INDEX "usage_holds_open" ON "usage_holds" USING btree ("expires_at") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "usage_limits_period_end" ON "usage_limits" USING btree ("period_end");--> statement-breakpoint
CREATE INDEX "webhook_attempts_by_webhook" ON "webhook_attempts" USING btree ("webhook_id","id");--> statement-breakpoint
CREATE INDEX "webhook_queue_waiting" ON "webhook_queue" USING btree ("next_attempt_at","id") WHERE state in ('received', 'failed');--> statement-breakpoint
CREATE INDEX "webhook_queue_needs_a_person" ON "webhook_queue" USING btree ("state","id") WHERE state in ('failed', 'dead', 'quarantined');--> statement-breakpoint
CREATE INDEX "webhook_queue_by_phone" ON "webhook_queue" USING btree ("phone_number","id");--> statement-breakpoint
CREATE VIEW "public"."usage_calls" AS (select id, customer_id, event_id as call_id, quantity as seconds, kind, occurred_at, created_at from usage_entries where meter = 'call_seconds');--> statement-breakpoint
CREATE VIEW "public"."usage_sms" AS (select id, customer_id, event_id as message_id, quantity as segments, kind, occurred_at, created_at from usage_entries where meter = 'sms_segments');
--> statement-breakpoint
ALTER TABLE "webhook_queue" ALTER COLUMN "body" SET STORAGE EXTERNAL;
--> statement-breakpoint
ALTER TABLE "webhook_queue_default" ALTER COLUMN "body" SET STORAGE EXTERNAL;
