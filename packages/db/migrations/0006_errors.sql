CREATE TABLE "error_group_customers" (
	"group_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"occurrences" bigint NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "error_group_customers_group_id_customer_id_pk" PRIMARY KEY("group_id","customer_id")
);
--> statement-breakpoint
CREATE TABLE "error_groups" (
	"id" uuid PRIMARY KEY NOT NULL,
	"fingerprint" text NOT NULL,
	"source" text NOT NULL,
	"severity" text NOT NULL,
	"type" text NOT NULL,
	"title" text NOT NULL,
	"culprit" text NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"occurrences" bigint DEFAULT 0 NOT NULL,
	"customers" integer DEFAULT 0 NOT NULL,
	"returns" integer DEFAULT 0 NOT NULL,
	"first_seen_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	"first_release" text,
	"last_release" text,
	"alert_id" uuid,
	"resolved_at" timestamp (3) with time zone,
	"resolved_by" text,
	"resolution" text,
	"ignored_at" timestamp (3) with time zone,
	"ignored_by" text,
	"ignore_until" timestamp (3) with time zone,
	"ignore_occurrences" bigint,
	"ignore_customers" integer,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "error_groups_stand_once" UNIQUE("fingerprint"),
	CONSTRAINT "error_groups_source_is_known" CHECK ("error_groups"."source" in ('api', 'job', 'worker', 'web')),
	CONSTRAINT "error_groups_severity_is_known" CHECK ("error_groups"."severity" in ('info', 'low', 'medium', 'high', 'critical')),
	CONSTRAINT "error_groups_state_is_known" CHECK ("error_groups"."state" in ('open', 'resolved', 'ignored')),
	CONSTRAINT "error_groups_resolved_says_when" CHECK (("error_groups"."state" = 'resolved') = ("error_groups"."resolved_at" is not null)),
	CONSTRAINT "error_groups_ignored_says_when" CHECK (("error_groups"."state" = 'ignored') = ("error_groups"."ignored_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "error_hours" (
	"hour" timestamp (3) with time zone NOT NULL,
	"group_id" uuid NOT NULL,
	"occurrences" bigint NOT NULL,
	CONSTRAINT "error_hours_hour_group_id_pk" PRIMARY KEY("hour","group_id")
);
--> statement-breakpoint
CREATE TABLE "error_logs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"group_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"message" text NOT NULL,
	"stack" text NOT NULL,
	"place" text NOT NULL,
	"request_id" text,
	"actor" text,
	"customer_id" uuid,
	"webhook_id" uuid,
	"input" text,
	"release" text,
	"user_agent" text
);
--> statement-breakpoint
ALTER TABLE "error_group_customers" ADD CONSTRAINT "error_group_customers_group_id_error_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."error_groups"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "error_hours" ADD CONSTRAINT "error_hours_group_id_error_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."error_groups"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "error_logs" ADD CONSTRAINT "error_logs_group_id_error_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."error_groups"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "error_group_customers_by_customer" ON "error_group_customers" USING btree ("customer_id","group_id");--> statement-breakpoint
CREATE INDEX "error_groups_by_last_seen" ON "error_groups" USING btree ("last_seen_at","id");--> statement-breakpoint
CREATE INDEX "error_groups_by_state" ON "error_groups" USING btree ("state","last_seen_at","id");--> statement-breakpoint
CREATE INDEX "error_hours_by_group" ON "error_hours" USING btree ("group_id","hour");--> statement-breakpoint
CREATE INDEX "error_logs_by_group" ON "error_logs" USING btree ("group_id","id");--> statement-breakpoint
CREATE INDEX "error_logs_by_customer" ON "error_logs" USING btree ("customer_id");--> statement-breakpoint
-- a bug of which nothing was heard for long is forgotten, with its samples
GRANT SELECT, INSERT, UPDATE, DELETE ON error_groups, error_logs, error_group_customers, error_hours TO trunkline_app;
