CREATE TABLE "saved_filters" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"list" text NOT NULL,
	"name" text NOT NULL,
	"filters" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "saved_filters_name_stands_once" UNIQUE("user_id","list","name")
);
--> statement-breakpoint
ALTER TABLE "api_keys" DROP CONSTRAINT "api_keys_scopes_are_known";--> statement-breakpoint
-- first without a default: what is there already is neither rewritten nor given a place
ALTER TABLE "webhook_queue" ADD COLUMN "position" bigint;--> statement-breakpoint
ALTER TABLE "webhook_queue" ALTER COLUMN "position" SET DEFAULT (pg_current_xact_id()::text)::bigint;--> statement-breakpoint
ALTER TABLE "saved_filters" ADD CONSTRAINT "saved_filters_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "webhook_queue_by_position" ON "webhook_queue" USING btree ("position","id") WHERE position is not null;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_scopes_are_known" CHECK (cardinality("api_keys"."scopes") > 0 and "api_keys"."scopes" <@ array['operations:read', 'usage:read', 'usage:ask', 'webhooks:read', 'webhooks:replay', 'alerts:raise', 'compliance:audit']);--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE (filters), DELETE ON saved_filters TO trunkline_app;
--> statement-breakpoint
ALTER TABLE saved_filters ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY application_sees_all ON saved_filters TO trunkline_app USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY owner_sees_own ON saved_filters TO trunkline_owner
  USING (user_id = nullif(current_setting('trunkline.user_id', true), '')::uuid);
