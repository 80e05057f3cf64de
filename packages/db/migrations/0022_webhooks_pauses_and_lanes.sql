CREATE TABLE "webhook_pauses" (
	"id" uuid PRIMARY KEY NOT NULL,
	"provider" text,
	"door" text,
	"customer_id" uuid,
	"reason" text NOT NULL,
	"paused_by" text NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"ended_by" text,
	"end_reason" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhook_pauses_provider_is_known" CHECK ("webhook_pauses"."provider" is null or "webhook_pauses"."provider" in ('retell', 'twilio', 'telnyx', 'stripe', 'standard')),
	CONSTRAINT "webhook_pauses_name_a_source_or_a_customer" CHECK (num_nonnulls("webhook_pauses"."provider", "webhook_pauses"."customer_id") = 1 and ("webhook_pauses"."door" is null or "webhook_pauses"."provider" is not null)),
	CONSTRAINT "webhook_pauses_ended_by_somebody" CHECK (("webhook_pauses"."ended_at" is null) = ("webhook_pauses"."ended_by" is null))
);
--> statement-breakpoint
ALTER TABLE "webhook_pauses" ADD CONSTRAINT "webhook_pauses_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_pauses_one_stands" ON "webhook_pauses" USING btree (coalesce("provider", "customer_id"::text),coalesce("door", '')) WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "webhook_pauses_by_customer" ON "webhook_pauses" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "webhook_queue_lanes" ON "webhook_queue" USING btree ("provider",hashtext(coalesce(phone_number, '')),"next_attempt_at","id") WHERE state in ('received', 'failed');
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON webhook_pauses TO trunkline_app;
--> statement-breakpoint
ALTER TABLE webhook_pauses ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY application_sees_all ON webhook_pauses TO trunkline_app USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY owner_sees_own ON webhook_pauses TO trunkline_owner
  USING (customer_id = nullif(current_setting('trunkline.customer_id', true), '')::uuid);
