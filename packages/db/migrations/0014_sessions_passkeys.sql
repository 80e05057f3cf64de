CREATE TABLE "passkey_challenges" (
	"challenge_hash" "bytea" PRIMARY KEY NOT NULL,
	"purpose" text NOT NULL,
	"user_id" uuid,
	"origin" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "passkey_challenges_purpose_is_known" CHECK ("passkey_challenges"."purpose" in ('register', 'sign_in')),
	CONSTRAINT "passkey_challenges_user_registers" CHECK (("passkey_challenges"."purpose" = 'register') = ("passkey_challenges"."user_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "passkeys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"name" text NOT NULL,
	"credential_id" "bytea" NOT NULL,
	"public_key" "bytea" NOT NULL,
	"counter" bigint DEFAULT 0 NOT NULL,
	"transports" text[] NOT NULL,
	"rp_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	CONSTRAINT "passkeys_credential_stands_once" UNIQUE("credential_id"),
	CONSTRAINT "passkeys_transports_are_known" CHECK ("passkeys"."transports" <@ array['usb', 'nfc', 'ble', 'smart-card', 'hybrid', 'internal', 'cable']),
	CONSTRAINT "passkeys_counter_is_not_negative" CHECK ("passkeys"."counter" >= 0)
);
--> statement-breakpoint
ALTER TABLE "active_sessions" ADD COLUMN "proved_by" text DEFAULT 'password' NOT NULL;--> statement-breakpoint
ALTER TABLE "passkey_challenges" ADD CONSTRAINT "passkey_challenges_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "passkey_challenges_by_user" ON "passkey_challenges" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "passkey_challenges_over" ON "passkey_challenges" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "passkeys_by_user" ON "passkeys" USING btree ("user_id");--> statement-breakpoint
ALTER TABLE "active_sessions" ADD CONSTRAINT "active_sessions_proof_is_known" CHECK ("active_sessions"."proved_by" in ('password', 'passkey'));
--> statement-breakpoint
-- what a passkey is never changes: its name, its count and its last use do
GRANT SELECT, INSERT, DELETE, UPDATE (name, counter, last_used_at) ON passkeys TO trunkline_app;
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON passkey_challenges TO trunkline_app;
--> statement-breakpoint
ALTER TABLE passkeys ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY application_sees_all ON passkeys TO trunkline_app USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY owner_sees_own ON passkeys TO trunkline_owner
  USING (user_id = nullif(current_setting('trunkline.user_id', true), '')::uuid);
--> statement-breakpoint
ALTER TABLE passkey_challenges ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY application_sees_all ON passkey_challenges TO trunkline_app USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY owner_sees_own ON passkey_challenges TO trunkline_owner
  USING (user_id = nullif(current_setting('trunkline.user_id', true), '')::uuid);
