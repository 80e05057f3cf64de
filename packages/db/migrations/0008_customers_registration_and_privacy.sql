CREATE TABLE "retention_marks" (
	"kind" text PRIMARY KEY NOT NULL,
	"through_id" uuid NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "invitations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"token_hash" "bytea",
	"expires_at" timestamp (3) with time zone,
	"accepted_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invitations_token_stands_once" UNIQUE("token_hash"),
	CONSTRAINT "invitations_link_is_whole" CHECK (("invitations"."token_hash" is null) = ("invitations"."expires_at" is null))
);
--> statement-breakpoint
ALTER TABLE "attempt_counters" DROP CONSTRAINT "attempt_counters_scope_is_known";--> statement-breakpoint
ALTER TABLE "agents" ALTER COLUMN "phone_number" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "business_type" text DEFAULT 'general' NOT NULL;--> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "contact_phone" text;--> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "closed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "call_events" ADD COLUMN "shredded_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "sms_events" ADD COLUMN "shredded_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "webhook_queue" ADD COLUMN "shredded_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "invitations_open_once" ON "invitations" USING btree ("user_id") WHERE accepted_at is null;--> statement-breakpoint
CREATE INDEX "audit_log_by_actor" ON "audit_log" USING btree ("actor","id");--> statement-breakpoint
CREATE INDEX "audit_log_by_action" ON "audit_log" USING btree ("action","id");--> statement-breakpoint
CREATE INDEX "audit_log_by_customer" ON "audit_log" USING btree ("customer_id","id");--> statement-breakpoint
ALTER TABLE "customers" ADD CONSTRAINT "customers_contact_phone_stands_once" UNIQUE("contact_phone");--> statement-breakpoint
ALTER TABLE "agents" ADD CONSTRAINT "agents_deployed_has_a_number" CHECK ("agents"."status" <> 'deployed' or "agents"."phone_number" is not null);--> statement-breakpoint
ALTER TABLE "customers" ADD CONSTRAINT "customers_business_type_is_known" CHECK ("customers"."business_type" in ('general', 'hvac', 'plumbing', 'electrical', 'roofing', 'cleaning', 'landscaping', 'dental', 'medical', 'legal', 'real_estate', 'restaurant', 'salon', 'automotive'));--> statement-breakpoint
UPDATE customers SET closed_at = updated_at WHERE status = 'closed';--> statement-breakpoint
ALTER TABLE "customers" ADD CONSTRAINT "customers_closed_says_when" CHECK (("customers"."status" = 'closed') = ("customers"."closed_at" is not null));--> statement-breakpoint
ALTER TABLE "attempt_counters" ADD CONSTRAINT "attempt_counters_scope_is_known" CHECK ("attempt_counters"."scope" in ('address', 'account_at_place', 'account', 'code', 'password', 'reset_address', 'reset_account', 'audit', 'register', 'invite'));--> statement-breakpoint
UPDATE users SET email = lower(email) WHERE email <> lower(email);--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_email_is_in_small_letters" CHECK ("users"."email" = lower("users"."email"));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON invitations, retention_marks TO trunkline_app;
--> statement-breakpoint
-- an owner's request sees nothing of them: his colleagues' links are found by the application
ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY application_sees_all ON invitations TO trunkline_app USING (true) WITH CHECK (true);
--> statement-breakpoint
-- the application may only add to the audit log. What is old leaves by this door, and nothing younger than a year ever does
CREATE FUNCTION forget_audit(older_than timestamptz, at_most integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  WITH forgotten AS (
    DELETE FROM public.audit_log WHERE id IN (
      SELECT id FROM public.audit_log
      WHERE created_at < least(older_than, now() - interval '1 year') ORDER BY id LIMIT at_most
    ) RETURNING 1
  )
  SELECT count(*)::integer FROM forgotten
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION forget_audit(timestamptz, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION forget_audit(timestamptz, integer) TO trunkline_app;
