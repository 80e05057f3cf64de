DROP INDEX "usage_holds_open";--> statement-breakpoint
DROP INDEX "usage_holds_under_way";--> statement-breakpoint
CREATE INDEX "usage_holds_under_way" ON "usage_holds" USING btree ("customer_id","expires_at") WHERE state = 'open';