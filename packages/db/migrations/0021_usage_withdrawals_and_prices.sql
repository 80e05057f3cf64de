CREATE TABLE "answering_switch" (
	"name" text PRIMARY KEY NOT NULL,
	"is_on" boolean NOT NULL,
	"reason" text NOT NULL,
	"until" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"updated_by" text NOT NULL,
	CONSTRAINT "answering_switch_is_one" CHECK ("answering_switch"."name" = 'maintenance')
);
--> statement-breakpoint
CREATE TABLE "reconciliation_prices" (
	"provider" text NOT NULL,
	"kind" text NOT NULL,
	"provider_id" text NOT NULL,
	"price_micros" bigint NOT NULL,
	"learned_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "reconciliation_prices_provider_kind_provider_id_pk" PRIMARY KEY("provider","kind","provider_id"),
	CONSTRAINT "reconciliation_prices_kind_is_known" CHECK ("reconciliation_prices"."kind" in ('call', 'message'))
);
--> statement-breakpoint
CREATE TABLE "usage_withdrawals" (
	"id" uuid PRIMARY KEY NOT NULL,
	"credit_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"source_key" text NOT NULL,
	"asked" bigint NOT NULL,
	"taken" bigint NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "usage_withdrawals_made_once" UNIQUE("source_key"),
	CONSTRAINT "usage_withdrawals_take_what_was_asked_at_most" CHECK ("usage_withdrawals"."asked" > 0 and "usage_withdrawals"."taken" >= 0 and "usage_withdrawals"."taken" <= "usage_withdrawals"."asked")
);
--> statement-breakpoint
ALTER TABLE "billing_deadlines" ADD COLUMN "tried_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "usage_withdrawals" ADD CONSTRAINT "usage_withdrawals_credit_id_usage_credits_id_fk" FOREIGN KEY ("credit_id") REFERENCES "public"."usage_credits"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "reconciliation_prices_by_age" ON "reconciliation_prices" USING btree ("learned_at");--> statement-breakpoint
CREATE INDEX "usage_withdrawals_by_credit" ON "usage_withdrawals" USING btree ("credit_id");--> statement-breakpoint
CREATE INDEX "usage_withdrawals_by_customer" ON "usage_withdrawals" USING btree ("customer_id","id");--> statement-breakpoint
GRANT SELECT, INSERT ON usage_withdrawals TO trunkline_app;
--> statement-breakpoint
GRANT SELECT ON usage_withdrawals TO trunkline_owner;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON answering_switch TO trunkline_app;
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON reconciliation_prices TO trunkline_app;
--> statement-breakpoint
ALTER TABLE usage_withdrawals ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY application_sees_all ON usage_withdrawals TO trunkline_app USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY owner_sees_own ON usage_withdrawals TO trunkline_owner
  USING (customer_id = nullif(current_setting('trunkline.customer_id', true), '')::uuid);
