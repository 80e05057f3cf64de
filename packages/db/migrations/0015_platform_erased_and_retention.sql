CREATE TABLE "erased_subjects" (
	"mark" "bytea" PRIMARY KEY NOT NULL,
	"erased_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "retention_settings" (
	"kind" text PRIMARY KEY NOT NULL,
	"amount" integer NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"updated_by" text NOT NULL,
	CONSTRAINT "retention_settings_kind_is_known" CHECK ("retention_settings"."kind" in ('bytes', 'events', 'audit')),
	CONSTRAINT "retention_settings_amount_is_positive" CHECK ("retention_settings"."amount" > 0)
);
--> statement-breakpoint
GRANT SELECT, INSERT ON erased_subjects TO trunkline_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON retention_settings TO trunkline_app;
