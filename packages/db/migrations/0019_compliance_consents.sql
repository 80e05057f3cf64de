CREATE TABLE "compliance_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid,
	"channel" text DEFAULT 'sms' NOT NULL,
	"kind" text NOT NULL,
	"rule" text NOT NULL,
	"needs_review" boolean NOT NULL,
	"phone_number" text NOT NULL,
	"line" text NOT NULL,
	"webhook_id" uuid NOT NULL,
	"rule_version" text DEFAULT '2026-11' NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "compliance_events_one_a_webhook" UNIQUE("webhook_id"),
	CONSTRAINT "compliance_events_channel_is_known" CHECK ("compliance_events"."channel" in ('sms', 'voice')),
	CONSTRAINT "compliance_events_kind_is_known" CHECK ("compliance_events"."kind" in ('stop', 'start', 'help')),
	CONSTRAINT "compliance_events_rule_is_known" CHECK ("compliance_events"."rule" in ('word', 'programme', 'phrase', 'slip', 'yes'))
);
--> statement-breakpoint
CREATE TABLE "consents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid,
	"line" text NOT NULL,
	"phone_number" text NOT NULL,
	"channel" text NOT NULL,
	"action" text NOT NULL,
	"method" text NOT NULL,
	"webhook_id" uuid,
	"by" text NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "consents_channel_is_known" CHECK ("consents"."channel" in ('sms', 'voice')),
	CONSTRAINT "consents_action_is_known" CHECK ("consents"."action" in ('grant', 'revoke', 'restore')),
	CONSTRAINT "consents_method_is_known" CHECK ("consents"."method" in ('keyword', 'phrase', 'provider', 'staff'))
);
--> statement-breakpoint
CREATE INDEX "compliance_events_by_phone" ON "compliance_events" USING btree ("phone_number","id");--> statement-breakpoint
CREATE INDEX "compliance_events_by_customer" ON "compliance_events" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "consents_by_phone" ON "consents" USING btree ("phone_number","channel");--> statement-breakpoint
CREATE INDEX "consents_by_customer" ON "consents" USING btree ("customer_id","id");
--> statement-breakpoint
GRANT SELECT, INSERT ON compliance_events, consents TO trunkline_app;
--> statement-breakpoint
ALTER TABLE compliance_events ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY application_sees_all ON compliance_events TO trunkline_app USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY owner_sees_own ON compliance_events TO trunkline_owner
  USING (customer_id = nullif(current_setting('trunkline.customer_id', true), '')::uuid);
--> statement-breakpoint
ALTER TABLE consents ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY application_sees_all ON consents TO trunkline_app USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY owner_sees_own ON consents TO trunkline_owner
  USING (customer_id = nullif(current_setting('trunkline.customer_id', true), '')::uuid);
