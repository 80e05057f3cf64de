CREATE TABLE "notice_preferences" (
	"customer_id" uuid PRIMARY KEY NOT NULL,
	"channel" text NOT NULL,
	"muted" text[] NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "notice_preferences_channel_is_known" CHECK ("notice_preferences"."channel" in ('email', 'sms', 'none'))
);
--> statement-breakpoint
CREATE TABLE "owner_notices" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"notice_key" text NOT NULL,
	"facts" jsonb NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"channel" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"provider_message_id" text,
	"reason" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "owner_notices_told_once" UNIQUE("notice_key"),
	CONSTRAINT "owner_notices_kind_is_known" CHECK ("owner_notices"."kind" in ('usage_warning', 'usage_limit', 'usage_blocked', 'usage_renewed', 'payment_failed', 'payment_suspended', 'payment_resumed')),
	CONSTRAINT "owner_notices_state_is_known" CHECK ("owner_notices"."state" in ('pending', 'sending', 'sent', 'skipped', 'failed', 'undecided')),
	CONSTRAINT "owner_notices_channel_is_known" CHECK ("owner_notices"."channel" in ('email', 'sms', 'none'))
);
--> statement-breakpoint
ALTER TABLE "usage_holds" DROP CONSTRAINT "usage_holds_state_is_known";--> statement-breakpoint
ALTER TABLE "usage_keys" ADD COLUMN "waived_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "notice_preferences" ADD CONSTRAINT "notice_preferences_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "owner_notices" ADD CONSTRAINT "owner_notices_customer_id_customers_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "owner_notices_by_customer" ON "owner_notices" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "owner_notices_unsent" ON "owner_notices" USING btree ("updated_at") WHERE state in ('pending', 'sending');--> statement-breakpoint
ALTER TABLE "usage_holds" ADD CONSTRAINT "usage_holds_state_is_known" CHECK ("usage_holds"."state" in ('open', 'settled', 'expired', 'reported'));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON notice_preferences, owner_notices TO trunkline_app;
--> statement-breakpoint
GRANT SELECT ON notice_preferences, owner_notices TO trunkline_owner;
--> statement-breakpoint
ALTER TABLE notice_preferences ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY application_sees_all ON notice_preferences TO trunkline_app USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY owner_sees_own ON notice_preferences TO trunkline_owner
  USING (customer_id = nullif(current_setting('trunkline.customer_id', true), '')::uuid);
--> statement-breakpoint
ALTER TABLE owner_notices ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY application_sees_all ON owner_notices TO trunkline_app USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY owner_sees_own ON owner_notices TO trunkline_owner
  USING (customer_id = nullif(current_setting('trunkline.customer_id', true), '')::uuid);
