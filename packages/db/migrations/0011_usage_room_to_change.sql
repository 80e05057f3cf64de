-- a call's row is written about three times and grows, a counter with every call: with room in their pages neither touches an index
ALTER TABLE "call_events_default" SET (fillfactor = 60);
--> statement-breakpoint
ALTER TABLE "usage_limits" SET (fillfactor = 50);
