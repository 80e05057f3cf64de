CREATE TABLE "usage_burns" (
	"credit_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"period_start" timestamp (3) with time zone NOT NULL,
	"quantity" bigint NOT NULL,
	CONSTRAINT "usage_burns_credit_id_period_start_pk" PRIMARY KEY("credit_id","period_start"),
	CONSTRAINT "usage_burns_are_not_negative" CHECK ("usage_burns"."quantity" >= 0)
);
--> statement-breakpoint
CREATE TABLE "usage_credits" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"meter" text NOT NULL,
	"source" text NOT NULL,
	"source_key" text NOT NULL,
	"quantity" bigint NOT NULL,
	"remaining" bigint NOT NULL,
	"priority" integer NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"reason" text,
	"granted_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"ended_by" text,
	CONSTRAINT "usage_credits_granted_once" UNIQUE("source_key"),
	CONSTRAINT "usage_credits_meter_is_known" CHECK ("usage_credits"."meter" in ('call_seconds', 'sms_segments')),
	CONSTRAINT "usage_credits_source_is_known" CHECK ("usage_credits"."source" in ('topup', 'goodwill', 'rollover', 'proration')),
	CONSTRAINT "usage_credits_quantity_is_positive" CHECK ("usage_credits"."quantity" > 0),
	CONSTRAINT "usage_credits_remain_within_the_grant" CHECK ("usage_credits"."remaining" >= 0 and "usage_credits"."remaining" <= "usage_credits"."quantity"),
	CONSTRAINT "usage_credits_ended_say_how" CHECK (("usage_credits"."ended_at" is null) = ("usage_credits"."ended_by" is null))
);
--> statement-breakpoint
CREATE TABLE "usage_hours" (
	"customer_id" uuid NOT NULL,
	"meter" text NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"provider" text NOT NULL,
	"direction" text NOT NULL,
	"quantity" bigint NOT NULL,
	"entries" integer NOT NULL,
	CONSTRAINT "usage_hours_customer_id_meter_hour_provider_direction_pk" PRIMARY KEY("customer_id","meter","hour","provider","direction"),
	CONSTRAINT "usage_hours_meter_is_known" CHECK ("usage_hours"."meter" in ('call_seconds', 'sms_segments'))
);
--> statement-breakpoint
CREATE TABLE "usage_pauses" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"cause" text NOT NULL,
	"reason" text NOT NULL,
	"paused_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"ended_by" text,
	"end_reason" text,
	CONSTRAINT "usage_pauses_cause_is_known" CHECK ("usage_pauses"."cause" in ('force', 'payment', 'compliance', 'provider'))
);
--> statement-breakpoint
CREATE TABLE "usage_tier_changes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"from_snapshot_id" uuid NOT NULL,
	"to_tier" text NOT NULL,
	"to_snapshot_id" uuid,
	"moment" text NOT NULL,
	"state" text NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"reason" text NOT NULL,
	"source_key" text,
	"credit_cents" integer DEFAULT 0 NOT NULL,
	"charge_cents" integer DEFAULT 0 NOT NULL,
	"requested_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "usage_tier_changes_made_once" UNIQUE("source_key"),
	CONSTRAINT "usage_tier_changes_tier_is_known" CHECK ("usage_tier_changes"."to_tier" in ('core', 'pro', 'elite', 'scale')),
	CONSTRAINT "usage_tier_changes_moment_is_known" CHECK ("usage_tier_changes"."moment" in ('now', 'period_end')),
	CONSTRAINT "usage_tier_changes_state_is_known" CHECK ("usage_tier_changes"."state" in ('pending', 'applied', 'cancelled', 'superseded'))
);
--> statement-breakpoint
CREATE TABLE "usage_topups" (
	"key" text PRIMARY KEY NOT NULL,
	"meter" text NOT NULL,
	"quantity" bigint NOT NULL,
	"price_cents" integer NOT NULL,
	"lasts_days" integer,
	"is_on_sale" boolean DEFAULT true NOT NULL,
	CONSTRAINT "usage_topups_meter_is_known" CHECK ("usage_topups"."meter" in ('call_seconds', 'sms_segments')),
	CONSTRAINT "usage_topups_quantity_is_positive" CHECK ("usage_topups"."quantity" > 0)
);
--> statement-breakpoint
ALTER TABLE "tier_snapshots" ADD COLUMN "sms_grace_segments" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "tier_snapshots" ADD COLUMN "call_rollover_seconds" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "tier_snapshots" ADD COLUMN "sms_rollover_segments" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "tier_snapshots" ADD COLUMN "published_by" text;--> statement-breakpoint
ALTER TABLE "usage_crossings" ADD COLUMN "cause" text DEFAULT 'usage' NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_crossings" ADD COLUMN "recovered_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "usage_entries" ADD COLUMN "corrects_id" uuid;--> statement-breakpoint
ALTER TABLE "usage_entries" ADD COLUMN "reason" text;--> statement-breakpoint
ALTER TABLE "usage_holds" ADD COLUMN "asked_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "usage_holds" ADD COLUMN "overrun" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_keys" ADD COLUMN "last_entry_id" uuid;--> statement-breakpoint
ALTER TABLE "usage_limits" ADD COLUMN "sms_grace" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_limits" ADD COLUMN "next_change_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "usage_periods" ADD COLUMN "call_cap_seconds" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_periods" ADD COLUMN "sms_cap" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_burns" ADD CONSTRAINT "usage_burns_credit_id_usage_credits_id_fk" FOREIGN KEY ("credit_id") REFERENCES "public"."usage_credits"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_credits" ADD CONSTRAINT "usage_credits_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_pauses" ADD CONSTRAINT "usage_pauses_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_tier_changes" ADD CONSTRAINT "usage_tier_changes_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_tier_changes" ADD CONSTRAINT "usage_tier_changes_from_snapshot_id_tier_snapshots_id_fk" FOREIGN KEY ("from_snapshot_id") REFERENCES "public"."tier_snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_tier_changes" ADD CONSTRAINT "usage_tier_changes_to_snapshot_id_tier_snapshots_id_fk" FOREIGN KEY ("to_snapshot_id") REFERENCES "public"."tier_snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "usage_burns_by_period" ON "usage_burns" USING btree ("customer_id","period_start");--> statement-breakpoint
CREATE INDEX "usage_credits_by_customer" ON "usage_credits" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "usage_credits_living" ON "usage_credits" USING btree ("customer_id") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "usage_hours_by_time" ON "usage_hours" USING btree ("meter","hour");--> statement-breakpoint
CREATE UNIQUE INDEX "usage_pauses_one_a_cause" ON "usage_pauses" USING btree ("customer_id","cause") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "usage_pauses_by_customer" ON "usage_pauses" USING btree ("customer_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "usage_tier_changes_one_waits" ON "usage_tier_changes" USING btree ("customer_id") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "usage_tier_changes_by_customer" ON "usage_tier_changes" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "usage_holds_by_customer" ON "usage_holds" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "usage_limits_next_change" ON "usage_limits" USING btree ("next_change_at") WHERE next_change_at is not null;--> statement-breakpoint
ALTER TABLE "tier_snapshots" ADD CONSTRAINT "tier_snapshots_figures_are_not_negative" CHECK (least(monthly_price_cents, call_cap_seconds, sms_cap_segments, call_grace_seconds, sms_grace_segments, call_rollover_seconds, sms_rollover_segments) >= 0);--> statement-breakpoint
ALTER TABLE "usage_crossings" ADD CONSTRAINT "usage_crossings_cause_is_known" CHECK ("usage_crossings"."cause" in ('usage', 'base'));
--> statement-breakpoint
-- a period that is over had the caps of its tier
UPDATE "usage_periods" AS period SET "call_cap_seconds" = tier."call_cap_seconds", "sms_cap" = tier."sms_cap_segments"
FROM "tier_snapshots" AS tier WHERE tier."id" = period."tier_snapshot_id";
--> statement-breakpoint
-- what stands in a counter without a grant becomes one, so that the counter is the sum of its grants
INSERT INTO "usage_credits" ("id", "customer_id", "meter", "source", "source_key", "quantity", "remaining", "priority", "reason", "granted_by")
SELECT gen_random_uuid(), "customer_id", meter, source, 'opening:' || source || ':' || meter || ':' || "customer_id", figure, figure, 50,
  'Stood in the counter before credits were kept one by one', 'system:migration'
FROM "usage_limits", LATERAL (VALUES
  ('call_seconds', 'goodwill', "call_credit_seconds"), ('call_seconds', 'rollover', "rollover_seconds"), ('sms_segments', 'goodwill', "sms_credit")
) AS opening (meter, source, figure)
WHERE figure > 0;
--> statement-breakpoint
INSERT INTO "usage_pauses" ("id", "customer_id", "cause", "reason", "paused_by")
SELECT gen_random_uuid(), "customer_id", 'force', 'Was paused before pauses were kept one by one', 'system:migration'
FROM "usage_limits" WHERE "force_pause";
--> statement-breakpoint
INSERT INTO "usage_hours" ("customer_id", "meter", "hour", "provider", "direction", "quantity", "entries")
SELECT booked."customer_id", booked."meter", date_trunc('hour', booked."occurred_at", 'UTC'),
  coalesce(call."seconds_source", CASE WHEN message."id" IS NOT NULL THEN 'twilio' END, 'service'), coalesce(call."direction", message."direction", 'unknown'),
  sum(booked."quantity"), count(*)
FROM "usage_entries" AS booked
  LEFT JOIN "call_events" AS call ON booked."meter" = 'call_seconds' AND call."id" = booked."event_id"
  LEFT JOIN "sms_events" AS message ON booked."meter" = 'sms_segments' AND message."id" = booked."event_id"
GROUP BY 1, 2, 3, 4, 5;
--> statement-breakpoint
INSERT INTO "usage_topups" ("key", "meter", "quantity", "price_cents", "lasts_days") VALUES
  ('call_300', 'call_seconds', 300 * 60, 19500, 365),
  ('call_800', 'call_seconds', 800 * 60, 52000, 365),
  ('sms_500', 'sms_segments', 500, 5000, 365),
  ('sms_1000', 'sms_segments', 1000, 10000, 365);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON usage_credits, usage_burns, usage_tier_changes, usage_pauses, usage_hours, usage_topups TO trunkline_app;
--> statement-breakpoint
-- a crossing is evidence: only that it is over may be added
GRANT UPDATE (recovered_at) ON usage_crossings TO trunkline_app;
--> statement-breakpoint
-- what an owner reads of his own
GRANT SELECT ON usage_entries, usage_periods, usage_crossings, usage_credits, usage_burns, usage_tier_changes, usage_pauses, usage_hours, usage_topups
TO trunkline_owner;
--> statement-breakpoint
DO $$
DECLARE
  guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['usage_credits', 'usage_burns', 'usage_tier_changes', 'usage_pauses', 'usage_hours'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('CREATE POLICY application_sees_all ON %I TO trunkline_app USING (true) WITH CHECK (true)', guarded);
    EXECUTE format(
      'CREATE POLICY owner_sees_own ON %I TO trunkline_owner USING (customer_id = nullif(current_setting(%L, true), %L)::uuid)',
      guarded, 'trunkline.customer_id', ''
    );
  END LOOP;
END
$$;
