CREATE TABLE "usage_periods" (
	"customer_id" uuid NOT NULL,
	"period_start" timestamp (3) with time zone NOT NULL,
	"period_end" timestamp (3) with time zone NOT NULL,
	"tier_snapshot_id" uuid NOT NULL,
	"call_used_seconds" bigint NOT NULL,
	"sms_used" bigint NOT NULL,
	CONSTRAINT "usage_periods_customer_id_period_start_pk" PRIMARY KEY("customer_id","period_start"),
	CONSTRAINT "usage_periods_run_forward" CHECK ("usage_periods"."period_end" > "usage_periods"."period_start"),
	CONSTRAINT "usage_periods_call_used_is_not_negative" CHECK ("usage_periods"."call_used_seconds" >= 0),
	CONSTRAINT "usage_periods_sms_used_is_not_negative" CHECK ("usage_periods"."sms_used" >= 0)
);
--> statement-breakpoint
ALTER TABLE "usage_entries" DROP CONSTRAINT "usage_entries_kind_is_known";--> statement-breakpoint
ALTER TABLE "usage_holds" ADD COLUMN "provider_id" text;--> statement-breakpoint
ALTER TABLE "usage_keys" ADD COLUMN "period_start" timestamp (3) with time zone;--> statement-breakpoint
-- what is booked belongs where its first entry went, and a counter is what the keys of its period have booked
UPDATE "usage_keys" AS known SET "period_start" = booked."period_start"
FROM (SELECT "meter", "idem_key", min("period_start") AS "period_start" FROM "usage_entries" GROUP BY "meter", "idem_key") AS booked
WHERE known."meter" = booked."meter" AND known."idem_key" = booked."idem_key";
--> statement-breakpoint
UPDATE "usage_limits" AS counter SET
  "call_used_seconds" = coalesce((SELECT sum("booked") FROM "usage_keys" AS known
    WHERE known."customer_id" = counter."customer_id" AND known."period_start" = counter."period_start" AND "meter" = 'call_seconds'), 0),
  "sms_used" = coalesce((SELECT sum("booked") FROM "usage_keys" AS known
    WHERE known."customer_id" = counter."customer_id" AND known."period_start" = counter."period_start" AND "meter" = 'sms_segments'), 0)
WHERE "call_used_seconds" < 0 OR "sms_used" < 0;
--> statement-breakpoint
ALTER TABLE "usage_periods" ADD CONSTRAINT "usage_periods_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_periods" ADD CONSTRAINT "usage_periods_tier_snapshot_id_tier_snapshots_id_fk" FOREIGN KEY ("tier_snapshot_id") REFERENCES "public"."tier_snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_entries" ADD CONSTRAINT "usage_entries_kind_is_known" CHECK ("kind" in ('usage', 'revision', 'void', 'adjustment'));--> statement-breakpoint
ALTER TABLE "usage_keys" ADD CONSTRAINT "usage_keys_booked_have_a_period" CHECK ("usage_keys"."entries" = 0 or "usage_keys"."period_start" is not null);--> statement-breakpoint
ALTER TABLE "usage_limits" ADD CONSTRAINT "usage_limits_call_used_is_not_negative" CHECK ("usage_limits"."call_used_seconds" >= 0);--> statement-breakpoint
ALTER TABLE "usage_limits" ADD CONSTRAINT "usage_limits_sms_used_is_not_negative" CHECK ("usage_limits"."sms_used" >= 0);--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON usage_periods TO trunkline_app;
