CREATE TABLE "webhook_backfills" (
	"id" uuid PRIMARY KEY NOT NULL,
	"by" text NOT NULL,
	"state" text NOT NULL,
	"asked" integer DEFAULT 0 NOT NULL,
	"filled" integer DEFAULT 0 NOT NULL,
	"unchanged" integer DEFAULT 0 NOT NULL,
	"unknown" integer DEFAULT 0 NOT NULL,
	"unanswered" integer DEFAULT 0 NOT NULL,
	"listed" integer DEFAULT 0 NOT NULL,
	"admitted" integer DEFAULT 0 NOT NULL,
	"error" text,
	"started_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "webhook_backfills_state_is_known" CHECK ("webhook_backfills"."state" in ('running', 'done', 'failed')),
	CONSTRAINT "webhook_backfills_ended_say_when" CHECK (("webhook_backfills"."state" = 'running') = ("webhook_backfills"."finished_at" is null))
);
--> statement-breakpoint
CREATE TABLE "webhook_gaps" (
	"event_id" uuid NOT NULL,
	"missing" text NOT NULL,
	"answer" text,
	"asks" integer DEFAULT 0 NOT NULL,
	"generation" integer NOT NULL,
	"next_ask_at" timestamp (3) with time zone,
	"webhook_id" uuid,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "webhook_gaps_event_id_missing_pk" PRIMARY KEY("event_id","missing"),
	CONSTRAINT "webhook_gaps_kind_is_known" CHECK ("webhook_gaps"."missing" in ('end', 'analysis', 'status')),
	CONSTRAINT "webhook_gaps_answer_is_known" CHECK ("webhook_gaps"."answer" is null or "webhook_gaps"."answer" in ('filled', 'unchanged', 'unknown', 'unanswered'))
);
--> statement-breakpoint
CREATE INDEX "webhook_gaps_by_age" ON "webhook_gaps" USING btree ("updated_at");--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_backfills, webhook_gaps TO trunkline_app;
