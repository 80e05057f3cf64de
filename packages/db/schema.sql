-- migrations: 90eb34d3d41cc08f58389ec0a6edffebe5dd74314ccdb50eaecf1f7ba84b0e1e
-- Written by npm test from the catalogue. To be read and compared, not to be run.

create table active_sessions (
  id uuid not null,
  user_id uuid not null,
  token_hash bytea not null,
  device text not null,
  ip text not null,
  user_agent text not null,
  created_at timestamp(3) with time zone not null default now(),
  last_active_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone not null,
  revoked_at timestamp(3) with time zone,
  revoked_reason text,
  proved_by text not null default 'password'::text,
  constraint active_sessions_pkey PRIMARY KEY (id),
  constraint active_sessions_token_stands_once UNIQUE (token_hash),
  constraint active_sessions_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id),
  constraint active_sessions_device_is_known CHECK ((device = ANY (ARRAY['desktop'::text, 'mobile'::text, 'tablet'::text]))),
  constraint active_sessions_proof_is_known CHECK ((proved_by = ANY (ARRAY['password'::text, 'passkey'::text])))
);
CREATE INDEX active_sessions_alive ON public.active_sessions USING btree (user_id, created_at) WHERE (revoked_at IS NULL);
alter table active_sessions enable row level security;
create policy application_sees_all on active_sessions for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on active_sessions for all to trunkline_owner using ((user_id = (NULLIF(current_setting('trunkline.user_id'::text, true), ''::text))::uuid));
grant insert, select, update on active_sessions to trunkline_app;

create table agents (
  id uuid not null,
  customer_id uuid not null,
  phone_number text,
  user_id uuid,
  agent_id text,
  provider_number_id text,
  deploy_request_id text,
  nickname text,
  status text not null default 'deployed'::text,
  is_active boolean not null default true,
  provider text not null,
  provisioned_by text,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null,
  constraint agents_pkey PRIMARY KEY (id),
  constraint agents_phone_number_belongs_to_one UNIQUE (phone_number),
  constraint agents_user_has_one UNIQUE (user_id),
  constraint agents_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint agents_deployed_has_a_number CHECK (((status <> 'deployed'::text) OR (phone_number IS NOT NULL))),
  constraint agents_provider_is_known CHECK ((provider = ANY (ARRAY['retell'::text, 'twilio'::text, 'telnyx'::text]))),
  constraint agents_status_is_known CHECK ((status = ANY (ARRAY['deployed'::text, 'configured'::text, 'suspended'::text, 'failed'::text, 'retired'::text])))
);
CREATE INDEX agents_by_customer ON public.agents USING btree (customer_id);
CREATE INDEX agents_by_vendor_agent ON public.agents USING btree (agent_id);
alter table agents enable row level security;
create policy application_sees_all on agents for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on agents for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on agents to trunkline_app;

create table alert_logs (
  id uuid not null,
  alert_id uuid not null,
  channel text not null,
  state text not null,
  attempts integer not null default 0,
  lease_generation integer not null default 0,
  lease_until timestamp(3) with time zone,
  provider_message_id text,
  reason text,
  created_at timestamp(3) with time zone not null default now(),
  delivered_at timestamp(3) with time zone,
  updated_at timestamp(3) with time zone not null,
  provider text,
  constraint alert_logs_pkey PRIMARY KEY (id),
  constraint alert_logs_alert_id_ops_alerts_id_fk FOREIGN KEY (alert_id) REFERENCES ops_alerts(id),
  constraint alert_logs_channel_is_known CHECK ((channel = ANY (ARRAY['sms'::text, 'email'::text, 'slack'::text, 'log'::text]))),
  constraint alert_logs_provider_is_known CHECK (((provider IS NULL) OR (provider = ANY (ARRAY['twilio'::text, 'telnyx'::text])))),
  constraint alert_logs_state_is_known CHECK ((state = ANY (ARRAY['pending'::text, 'sent'::text, 'delivered'::text, 'failed'::text, 'logged'::text, 'superseded'::text])))
);
CREATE INDEX alert_logs_by_alert ON public.alert_logs USING btree (alert_id, id);
CREATE INDEX alert_logs_by_provider_message ON public.alert_logs USING btree (provider_message_id);
grant insert, select, update on alert_logs to trunkline_app;

create table answering_switch (
  name text not null,
  is_on boolean not null,
  reason text not null,
  until timestamp(3) with time zone,
  updated_at timestamp(3) with time zone not null,
  updated_by text not null,
  constraint answering_switch_pkey PRIMARY KEY (name),
  constraint answering_switch_is_one CHECK ((name = 'maintenance'::text))
);
grant insert, select, update on answering_switch to trunkline_app;

create table api_keys (
  id uuid not null,
  name text not null,
  prefix text not null,
  key_hash bytea not null,
  scopes text[] not null,
  customer_id uuid,
  created_by uuid not null,
  replaces uuid,
  created_at timestamp(3) with time zone not null default now(),
  expires_at timestamp(3) with time zone not null,
  last_used_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  revoked_by text,
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_key_stands_once UNIQUE (key_hash),
  constraint api_keys_prefix_stands_once UNIQUE (prefix),
  constraint api_keys_replaced_once UNIQUE (replaces),
  constraint api_keys_created_by_users_id_fk FOREIGN KEY (created_by) REFERENCES users(id),
  constraint api_keys_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint api_keys_revoked_says_by_whom CHECK (((revoked_at IS NULL) = (revoked_by IS NULL))),
  constraint api_keys_scopes_are_known CHECK (((cardinality(scopes) > 0) AND (scopes <@ ARRAY['operations:read'::text, 'usage:read'::text, 'usage:ask'::text, 'webhooks:read'::text, 'webhooks:replay'::text, 'alerts:raise'::text, 'compliance:audit'::text])))
);
CREATE INDEX api_keys_by_maker ON public.api_keys USING btree (created_by);
alter table api_keys enable row level security;
create policy application_sees_all on api_keys for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on api_keys for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on api_keys to trunkline_app;

create table attempt_counters (
  scope text not null,
  subject bytea not null,
  taken integer not null,
  resets_at timestamp(3) with time zone not null,
  constraint attempt_counters_scope_subject_pk PRIMARY KEY (scope, subject),
  constraint attempt_counters_scope_is_known CHECK ((scope = ANY (ARRAY['address'::text, 'account_at_place'::text, 'account'::text, 'code'::text, 'password'::text, 'reset_address'::text, 'reset_account'::text, 'audit'::text, 'register'::text, 'invite'::text]))),
  constraint attempt_counters_taken_is_not_negative CHECK ((taken >= 0))
);
CREATE INDEX attempt_counters_over ON public.attempt_counters USING btree (resets_at);
grant delete, insert, select, update on attempt_counters to trunkline_app;

create table audit_log (
  id uuid not null,
  actor text not null,
  address text,
  request_id text not null,
  action text not null,
  subject text not null,
  customer_id uuid,
  before jsonb,
  after jsonb,
  created_at timestamp(3) with time zone not null default now(),
  constraint audit_log_pkey PRIMARY KEY (id)
);
CREATE INDEX audit_log_by_action ON public.audit_log USING btree (action, id);
CREATE INDEX audit_log_by_actor ON public.audit_log USING btree (actor, id);
CREATE INDEX audit_log_by_customer ON public.audit_log USING btree (customer_id, id);
CREATE INDEX audit_log_by_subject ON public.audit_log USING btree (subject, id);
alter table audit_log enable row level security;
create policy application_sees_all on audit_log for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on audit_log for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select on audit_log to trunkline_app;

create table billing_accounts (
  customer_id uuid not null,
  state text not null default 'none'::text,
  stripe_customer_id text,
  stripe_subscription_id text,
  subscription_item_id text,
  subscription_status text,
  tier text,
  subscription_period_end timestamp(3) with time zone,
  cancel_at timestamp(3) with time zone,
  past_due_since timestamp(3) with time zone,
  suspended_at timestamp(3) with time zone,
  upcoming_cents bigint,
  upcoming_at timestamp(3) with time zone,
  updated_at timestamp(3) with time zone not null,
  constraint billing_accounts_pkey PRIMARY KEY (customer_id),
  constraint billing_accounts_stripe_customer_is_one UNIQUE (stripe_customer_id),
  constraint billing_accounts_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint billing_accounts_state_is_known CHECK ((state = ANY (ARRAY['none'::text, 'active'::text, 'past_due'::text, 'suspended'::text, 'canceled'::text]))),
  constraint billing_accounts_suspended_say_when CHECK (((state = 'suspended'::text) = (suspended_at IS NOT NULL))),
  constraint billing_accounts_tier_is_known CHECK ((tier = ANY (ARRAY['core'::text, 'pro'::text, 'elite'::text, 'scale'::text])))
);
CREATE INDEX billing_accounts_by_state ON public.billing_accounts USING btree (state, customer_id);
alter table billing_accounts enable row level security;
create policy application_sees_all on billing_accounts for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on billing_accounts for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on billing_accounts to trunkline_app;
grant select on billing_accounts to trunkline_owner;

create table billing_deadlines (
  id uuid not null,
  customer_id uuid not null,
  stripe_invoice_id text not null,
  kind text not null,
  day integer not null,
  due_at timestamp(3) with time zone not null,
  state text not null default 'waiting'::text,
  lease_generation integer not null default 0,
  lease_until timestamp(3) with time zone,
  reason text,
  created_at timestamp(3) with time zone not null default now(),
  ended_at timestamp(3) with time zone,
  tried_at timestamp(3) with time zone,
  constraint billing_deadlines_pkey PRIMARY KEY (id),
  constraint billing_deadlines_stand_once UNIQUE (stripe_invoice_id, kind, day),
  constraint billing_deadlines_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint billing_deadlines_kind_is_known CHECK ((kind = ANY (ARRAY['remind'::text, 'suspend'::text]))),
  constraint billing_deadlines_state_is_known CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'superseded'::text, 'cancelled'::text])))
);
CREATE INDEX billing_deadlines_by_customer ON public.billing_deadlines USING btree (customer_id, id);
CREATE INDEX billing_deadlines_waiting ON public.billing_deadlines USING btree (due_at) WHERE (state = 'waiting'::text);
alter table billing_deadlines enable row level security;
create policy application_sees_all on billing_deadlines for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on billing_deadlines for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on billing_deadlines to trunkline_app;
grant select on billing_deadlines to trunkline_owner;

create table billing_events (
  id uuid not null,
  event_id text not null,
  customer_id uuid,
  webhook_id uuid,
  type text not null,
  names text[] not null,
  fact jsonb not null,
  at timestamp(3) with time zone not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint billing_events_pkey PRIMARY KEY (id),
  constraint billing_events_said_once UNIQUE (event_id)
);
CREATE INDEX billing_events_by_customer ON public.billing_events USING btree (customer_id, id);
CREATE INDEX billing_events_of_nobody ON public.billing_events USING btree (id) WHERE (customer_id IS NULL);
alter table billing_events enable row level security;
create policy application_sees_all on billing_events for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on billing_events for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select on billing_events to trunkline_app;
grant update (customer_id) on billing_events to trunkline_app;

create table billing_invoices (
  id uuid not null,
  customer_id uuid not null,
  stripe_invoice_id text not null,
  status text not null,
  number text,
  amount_due_cents bigint not null,
  amount_paid_cents bigint not null,
  currency text not null,
  attempts integer not null,
  period_start timestamp(3) with time zone,
  period_end timestamp(3) with time zone,
  failed_at timestamp(3) with time zone,
  paid_at timestamp(3) with time zone,
  next_attempt_at timestamp(3) with time zone,
  url text,
  issued_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null,
  constraint billing_invoices_pkey PRIMARY KEY (id),
  constraint billing_invoices_stand_once UNIQUE (stripe_invoice_id),
  constraint billing_invoices_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint billing_invoices_status_is_known CHECK ((status = ANY (ARRAY['draft'::text, 'open'::text, 'uncollectible'::text, 'void'::text, 'paid'::text])))
);
CREATE INDEX billing_invoices_by_customer ON public.billing_invoices USING btree (customer_id, id);
alter table billing_invoices enable row level security;
create policy application_sees_all on billing_invoices for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on billing_invoices for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on billing_invoices to trunkline_app;
grant select on billing_invoices to trunkline_owner;

create table billing_line_entries (
  entry_id uuid not null,
  line_id uuid not null,
  customer_id uuid not null,
  constraint billing_line_entries_pkey PRIMARY KEY (entry_id)
);
CREATE INDEX billing_line_entries_by_line ON public.billing_line_entries USING btree (line_id, entry_id);
alter table billing_line_entries enable row level security;
create policy application_sees_all on billing_line_entries for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on billing_line_entries for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select on billing_line_entries to trunkline_app;

create table billing_line_items (
  id uuid not null,
  customer_id uuid not null,
  period_start timestamp(3) with time zone not null,
  period_end timestamp(3) with time zone not null,
  kind text not null,
  meter text,
  source_key text not null,
  tier_snapshot_id uuid not null,
  quantity bigint not null,
  unit_price_micros bigint not null,
  amount_cents bigint not null,
  provider_cost_micros bigint not null default 0,
  state text not null,
  from_entry uuid,
  to_entry uuid,
  corrects_line_id uuid,
  payment_id uuid,
  tier_change_id uuid,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null,
  closed_at timestamp(3) with time zone,
  unpriced integer not null default 0,
  constraint billing_line_items_pkey PRIMARY KEY (id),
  constraint billing_line_items_stand_once UNIQUE (source_key),
  constraint billing_line_items_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint billing_line_items_tier_snapshot_id_tier_snapshots_id_fk FOREIGN KEY (tier_snapshot_id) REFERENCES tier_snapshots(id),
  constraint billing_line_items_closed_say_when CHECK (((state = 'closed'::text) = (closed_at IS NOT NULL))),
  constraint billing_line_items_kind_is_known CHECK ((kind = ANY (ARRAY['fee'::text, 'proration'::text, 'usage'::text, 'topup'::text, 'refund'::text]))),
  constraint billing_line_items_meter_is_known CHECK ((meter = ANY (ARRAY['call_seconds'::text, 'sms_segments'::text]))),
  constraint billing_line_items_state_is_known CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text]))),
  constraint billing_line_items_usage_has_a_meter CHECK (((kind <> 'usage'::text) OR (meter IS NOT NULL)))
);
CREATE INDEX billing_line_items_by_customer ON public.billing_line_items USING btree (customer_id, period_start, id);
CREATE INDEX billing_line_items_open ON public.billing_line_items USING btree (period_end) WHERE (state = 'open'::text);
CREATE UNIQUE INDEX billing_line_items_one_follows ON public.billing_line_items USING btree (customer_id, period_start, meter) WHERE ((state = 'open'::text) AND (kind = 'usage'::text));
CREATE TRIGGER billing_line_items_closed_never_change BEFORE UPDATE ON public.billing_line_items FOR EACH ROW WHEN ((old.state = 'closed'::text)) EXECUTE FUNCTION refuse_change_of_closed_line();
alter table billing_line_items enable row level security;
create policy application_sees_all on billing_line_items for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on billing_line_items for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on billing_line_items to trunkline_app;
grant select on billing_line_items to trunkline_owner;

create table billing_marks (
  name text not null,
  through_id uuid not null,
  updated_at timestamp(3) with time zone not null,
  constraint billing_marks_pkey PRIMARY KEY (name)
);
grant insert, select, update on billing_marks to trunkline_app;

create table billing_names (
  name text not null,
  customer_id uuid not null,
  constraint billing_names_pkey PRIMARY KEY (name),
  constraint billing_names_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id)
);
CREATE INDEX billing_names_by_customer ON public.billing_names USING btree (customer_id);
alter table billing_names enable row level security;
create policy application_sees_all on billing_names for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on billing_names for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select on billing_names to trunkline_app;

create table billing_payments (
  id uuid not null,
  customer_id uuid not null,
  checkout_session_id text not null,
  payment_intent_id text,
  topup_key text,
  meter text,
  quantity bigint,
  amount_cents bigint not null,
  refunded_cents bigint not null default 0,
  disputed_cents bigint not null default 0,
  currency text not null,
  state text not null,
  paid_at timestamp(3) with time zone,
  credited_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null,
  lost_cents bigint not null default 0,
  constraint billing_payments_pkey PRIMARY KEY (id),
  constraint billing_payments_stand_once UNIQUE (checkout_session_id),
  constraint billing_payments_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint billing_payments_credited_is_paid CHECK (((credited_at IS NULL) OR (paid_at IS NOT NULL))),
  constraint billing_payments_meter_is_known CHECK ((meter = ANY (ARRAY['call_seconds'::text, 'sms_segments'::text]))),
  constraint billing_payments_state_is_known CHECK ((state = ANY (ARRAY['open'::text, 'expired'::text, 'paid'::text, 'refunded'::text, 'disputed'::text])))
);
CREATE INDEX billing_payments_by_customer ON public.billing_payments USING btree (customer_id, id);
alter table billing_payments enable row level security;
create policy application_sees_all on billing_payments for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on billing_payments for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on billing_payments to trunkline_app;
grant select on billing_payments to trunkline_owner;

create table billing_rates (
  tier_snapshot_id uuid not null,
  meter text not null,
  unit_price_micros bigint not null,
  constraint billing_rates_tier_snapshot_id_meter_pk PRIMARY KEY (tier_snapshot_id, meter),
  constraint billing_rates_tier_snapshot_id_tier_snapshots_id_fk FOREIGN KEY (tier_snapshot_id) REFERENCES tier_snapshots(id),
  constraint billing_rates_are_not_negative CHECK ((unit_price_micros >= 0)),
  constraint billing_rates_meter_is_known CHECK ((meter = ANY (ARRAY['call_seconds'::text, 'sms_segments'::text])))
);
grant insert, select on billing_rates to trunkline_app;
grant select on billing_rates to trunkline_owner;

create table billing_requests (
  id uuid not null,
  customer_id uuid not null,
  kind text not null,
  topup_key text,
  tier text,
  state text not null default 'pending'::text,
  url text,
  error text,
  attempts integer not null default 0,
  lease_generation integer not null default 0,
  lease_until timestamp(3) with time zone,
  requested_by text not null,
  created_at timestamp(3) with time zone not null default now(),
  ended_at timestamp(3) with time zone,
  constraint billing_requests_pkey PRIMARY KEY (id),
  constraint billing_requests_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint billing_requests_kind_is_known CHECK ((kind = ANY (ARRAY['topup'::text, 'subscribe'::text, 'change'::text, 'portal'::text]))),
  constraint billing_requests_state_is_known CHECK ((state = ANY (ARRAY['pending'::text, 'ready'::text, 'failed'::text]))),
  constraint billing_requests_tier_is_known CHECK ((tier = ANY (ARRAY['core'::text, 'pro'::text, 'elite'::text, 'scale'::text])))
);
CREATE INDEX billing_requests_by_customer ON public.billing_requests USING btree (customer_id, id);
alter table billing_requests enable row level security;
create policy application_sees_all on billing_requests for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on billing_requests for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on billing_requests to trunkline_app;
grant select on billing_requests to trunkline_owner;

create table call_events (
  id uuid not null,
  customer_id uuid,
  phone_number text,
  direction text,
  from_number text,
  to_number text,
  agent_id text,
  status text not null,
  started_at timestamp(3) with time zone,
  ended_at timestamp(3) with time zone,
  occurred_at timestamp(3) with time zone not null,
  seconds integer,
  seconds_source text,
  cost_micros bigint,
  disconnect_reason text,
  recording_url text,
  summary text,
  sentiment text,
  transcript text,
  retell_call_id text,
  twilio_call_sid text,
  facts jsonb not null,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null,
  shredded_at timestamp(3) with time zone,
  telnyx_call_id text,
  listed_cost_micros bigint,
  constraint call_events_pkey PRIMARY KEY (id),
  constraint call_events_seconds_are_not_negative CHECK ((seconds >= 0)),
  constraint call_events_status_is_known CHECK ((status = ANY (ARRAY['queued'::text, 'initiated'::text, 'ringing'::text, 'in-progress'::text, 'canceled'::text, 'failed'::text, 'busy'::text, 'no-answer'::text, 'completed'::text])))
) partition by RANGE (id);
CREATE INDEX call_events_by_customer ON public.call_events USING btree (customer_id, id);
CREATE INDEX call_events_by_phone ON public.call_events USING btree (phone_number, id);
alter table call_events enable row level security;
create policy application_sees_all on call_events for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on call_events for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant delete, insert, select, update on call_events to trunkline_app;

create table call_events_default partition of call_events (
  id uuid not null,
  customer_id uuid,
  phone_number text,
  direction text,
  from_number text,
  to_number text,
  agent_id text,
  status text not null,
  started_at timestamp(3) with time zone,
  ended_at timestamp(3) with time zone,
  occurred_at timestamp(3) with time zone not null,
  seconds integer,
  seconds_source text,
  cost_micros bigint,
  disconnect_reason text,
  recording_url text,
  summary text,
  sentiment text,
  transcript text,
  retell_call_id text,
  twilio_call_sid text,
  facts jsonb not null,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null,
  shredded_at timestamp(3) with time zone,
  telnyx_call_id text,
  listed_cost_micros bigint
) default with (fillfactor=60);

create table call_keys (
  key text not null,
  call_id uuid not null,
  constraint call_keys_pkey PRIMARY KEY (key)
);
CREATE INDEX call_keys_by_call ON public.call_keys USING btree (call_id);
grant insert, select, update on call_keys to trunkline_app;

create table compliance_events (
  id uuid not null,
  customer_id uuid,
  channel text not null default 'sms'::text,
  kind text not null,
  rule text not null,
  needs_review boolean not null,
  phone_number text not null,
  line text not null,
  webhook_id uuid not null,
  rule_version text not null default '2026-11'::text,
  occurred_at timestamp(3) with time zone not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint compliance_events_pkey PRIMARY KEY (id),
  constraint compliance_events_one_a_webhook UNIQUE (webhook_id),
  constraint compliance_events_channel_is_known CHECK ((channel = ANY (ARRAY['sms'::text, 'voice'::text]))),
  constraint compliance_events_kind_is_known CHECK ((kind = ANY (ARRAY['stop'::text, 'start'::text, 'help'::text]))),
  constraint compliance_events_rule_is_known CHECK ((rule = ANY (ARRAY['word'::text, 'programme'::text, 'phrase'::text, 'slip'::text, 'yes'::text])))
);
CREATE INDEX compliance_events_by_customer ON public.compliance_events USING btree (customer_id, id);
CREATE INDEX compliance_events_by_phone ON public.compliance_events USING btree (phone_number, id);
alter table compliance_events enable row level security;
create policy application_sees_all on compliance_events for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on compliance_events for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select on compliance_events to trunkline_app;

create table consents (
  id uuid not null,
  customer_id uuid,
  line text not null,
  phone_number text not null,
  channel text not null,
  action text not null,
  method text not null,
  webhook_id uuid,
  by text not null,
  occurred_at timestamp(3) with time zone not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint consents_pkey PRIMARY KEY (id),
  constraint consents_action_is_known CHECK ((action = ANY (ARRAY['grant'::text, 'revoke'::text, 'restore'::text]))),
  constraint consents_channel_is_known CHECK ((channel = ANY (ARRAY['sms'::text, 'voice'::text]))),
  constraint consents_method_is_known CHECK ((method = ANY (ARRAY['keyword'::text, 'phrase'::text, 'provider'::text, 'staff'::text])))
);
CREATE INDEX consents_by_customer ON public.consents USING btree (customer_id, id);
CREATE INDEX consents_by_phone ON public.consents USING btree (phone_number, channel);
alter table consents enable row level security;
create policy application_sees_all on consents for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on consents for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select on consents to trunkline_app;

create table customer_views (
  id uuid not null,
  session_id uuid not null,
  customer_id uuid not null,
  reason text not null,
  created_at timestamp(3) with time zone not null default now(),
  expires_at timestamp(3) with time zone not null,
  ended_at timestamp(3) with time zone,
  constraint customer_views_pkey PRIMARY KEY (id),
  constraint customer_views_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint customer_views_session_id_active_sessions_id_fk FOREIGN KEY (session_id) REFERENCES active_sessions(id)
);
CREATE UNIQUE INDEX customer_views_open_once ON public.customer_views USING btree (session_id) WHERE (ended_at IS NULL);
alter table customer_views enable row level security;
create policy application_sees_all on customer_views for all to trunkline_app using (true) with check (true);
grant insert, select, update on customer_views to trunkline_app;

create table customers (
  id uuid not null,
  business_name text not null,
  tier text not null,
  timezone text not null,
  country text not null,
  owner_email text,
  status text not null default 'active'::text,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null,
  business_type text not null default 'general'::text,
  contact_phone text,
  closed_at timestamp(3) with time zone,
  constraint customers_pkey PRIMARY KEY (id),
  constraint customers_contact_phone_stands_once UNIQUE (contact_phone),
  constraint customers_business_type_is_known CHECK ((business_type = ANY (ARRAY['general'::text, 'hvac'::text, 'plumbing'::text, 'electrical'::text, 'roofing'::text, 'cleaning'::text, 'landscaping'::text, 'dental'::text, 'medical'::text, 'legal'::text, 'real_estate'::text, 'restaurant'::text, 'salon'::text, 'automotive'::text]))),
  constraint customers_closed_says_when CHECK (((status = 'closed'::text) = (closed_at IS NOT NULL))),
  constraint customers_status_is_known CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'closed'::text]))),
  constraint customers_tier_is_known CHECK ((tier = ANY (ARRAY['core'::text, 'pro'::text, 'elite'::text, 'scale'::text])))
);
CREATE INDEX customers_by_name ON public.customers USING btree (business_name, id);
alter table customers enable row level security;
create policy application_sees_all on customers for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on customers for all to trunkline_owner using ((id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on customers to trunkline_app;
grant select on customers to trunkline_owner;

create table erased_subjects (
  mark bytea not null,
  erased_at timestamp(3) with time zone not null,
  constraint erased_subjects_pkey PRIMARY KEY (mark)
);
grant insert, select on erased_subjects to trunkline_app;

create table error_group_customers (
  group_id uuid not null,
  customer_id uuid not null,
  occurrences bigint not null,
  last_seen_at timestamp(3) with time zone not null,
  constraint error_group_customers_group_id_customer_id_pk PRIMARY KEY (group_id, customer_id),
  constraint error_group_customers_group_id_error_groups_id_fk FOREIGN KEY (group_id) REFERENCES error_groups(id) ON DELETE CASCADE
);
CREATE INDEX error_group_customers_by_customer ON public.error_group_customers USING btree (customer_id, group_id);
alter table error_group_customers enable row level security;
create policy application_sees_all on error_group_customers for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on error_group_customers for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant delete, insert, select, update on error_group_customers to trunkline_app;

create table error_groups (
  id uuid not null,
  fingerprint text not null,
  source text not null,
  severity text not null,
  type text not null,
  title text not null,
  culprit text not null,
  state text not null default 'open'::text,
  occurrences bigint not null default 0,
  customers integer not null default 0,
  returns integer not null default 0,
  first_seen_at timestamp(3) with time zone not null,
  last_seen_at timestamp(3) with time zone not null,
  first_release text,
  last_release text,
  alert_id uuid,
  resolved_at timestamp(3) with time zone,
  resolved_by text,
  resolution text,
  ignored_at timestamp(3) with time zone,
  ignored_by text,
  ignore_until timestamp(3) with time zone,
  ignore_occurrences bigint,
  ignore_customers integer,
  created_at timestamp(3) with time zone not null default now(),
  constraint error_groups_pkey PRIMARY KEY (id),
  constraint error_groups_stand_once UNIQUE (fingerprint),
  constraint error_groups_ignored_says_when CHECK (((state = 'ignored'::text) = (ignored_at IS NOT NULL))),
  constraint error_groups_resolved_says_when CHECK (((state = 'resolved'::text) = (resolved_at IS NOT NULL))),
  constraint error_groups_severity_is_known CHECK ((severity = ANY (ARRAY['info'::text, 'low'::text, 'medium'::text, 'high'::text, 'critical'::text]))),
  constraint error_groups_source_is_known CHECK ((source = ANY (ARRAY['api'::text, 'job'::text, 'worker'::text, 'web'::text]))),
  constraint error_groups_state_is_known CHECK ((state = ANY (ARRAY['open'::text, 'resolved'::text, 'ignored'::text])))
);
CREATE INDEX error_groups_by_last_seen ON public.error_groups USING btree (last_seen_at, id);
CREATE INDEX error_groups_by_state ON public.error_groups USING btree (state, last_seen_at, id);
grant delete, insert, select, update on error_groups to trunkline_app;

create table error_hours (
  hour timestamp(3) with time zone not null,
  group_id uuid not null,
  occurrences bigint not null,
  constraint error_hours_hour_group_id_pk PRIMARY KEY (hour, group_id),
  constraint error_hours_group_id_error_groups_id_fk FOREIGN KEY (group_id) REFERENCES error_groups(id) ON DELETE CASCADE
);
CREATE INDEX error_hours_by_group ON public.error_hours USING btree (group_id, hour);
grant delete, insert, select, update on error_hours to trunkline_app;

create table error_logs (
  id uuid not null,
  group_id uuid not null,
  at timestamp(3) with time zone not null,
  message text not null,
  stack text not null,
  place text not null,
  request_id text,
  actor text,
  customer_id uuid,
  webhook_id uuid,
  input text,
  release text,
  user_agent text,
  constraint error_logs_pkey PRIMARY KEY (id),
  constraint error_logs_group_id_error_groups_id_fk FOREIGN KEY (group_id) REFERENCES error_groups(id) ON DELETE CASCADE
);
CREATE INDEX error_logs_by_customer ON public.error_logs USING btree (customer_id);
CREATE INDEX error_logs_by_group ON public.error_logs USING btree (group_id, id);
alter table error_logs enable row level security;
create policy application_sees_all on error_logs for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on error_logs for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant delete, insert, select, update on error_logs to trunkline_app;

create table idempotency_keys (
  key bytea not null,
  webhook_id uuid not null,
  body_sha256 bytea not null,
  duplicates integer not null default 0,
  last_duplicate_at timestamp(3) with time zone,
  expires_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  constraint idempotency_keys_pkey PRIMARY KEY (key)
);
CREATE INDEX idempotency_keys_repeated ON public.idempotency_keys USING btree (webhook_id) WHERE (duplicates > 0);
grant delete, insert, select, update on idempotency_keys to trunkline_app;

create table invitations (
  id uuid not null,
  user_id uuid not null,
  token_hash bytea,
  expires_at timestamp(3) with time zone,
  accepted_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  constraint invitations_pkey PRIMARY KEY (id),
  constraint invitations_token_stands_once UNIQUE (token_hash),
  constraint invitations_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id),
  constraint invitations_link_is_whole CHECK (((token_hash IS NULL) = (expires_at IS NULL)))
);
CREATE UNIQUE INDEX invitations_open_once ON public.invitations USING btree (user_id) WHERE (accepted_at IS NULL);
alter table invitations enable row level security;
create policy application_sees_all on invitations for all to trunkline_app using (true) with check (true);
grant insert, select, update on invitations to trunkline_app;

create table job_runs (
  id uuid not null,
  name text not null,
  job_id text not null,
  attempt integer not null,
  due_at timestamp(3) with time zone,
  started_at timestamp(3) with time zone not null,
  finished_at timestamp(3) with time zone,
  outcome text not null,
  error text,
  constraint job_runs_pkey PRIMARY KEY (id)
);
CREATE INDEX job_runs_by_name ON public.job_runs USING btree (name, id);
CREATE INDEX job_runs_running ON public.job_runs USING btree (started_at) WHERE (outcome = 'running'::text);
grant insert, select, update on job_runs to trunkline_app;

create table known_places (
  user_id uuid not null,
  mark bytea not null,
  last_seen_at timestamp(3) with time zone not null,
  constraint known_places_user_id_mark_pk PRIMARY KEY (user_id, mark),
  constraint known_places_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id)
);
alter table known_places enable row level security;
create policy application_sees_all on known_places for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on known_places for all to trunkline_owner using ((user_id = (NULLIF(current_setting('trunkline.user_id'::text, true), ''::text))::uuid));
grant delete, insert, select, update on known_places to trunkline_app;

create table login_tickets (
  id uuid not null,
  user_id uuid not null,
  token_hash bytea not null,
  expires_at timestamp(3) with time zone not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint login_tickets_pkey PRIMARY KEY (id),
  constraint login_tickets_token_stands_once UNIQUE (token_hash),
  constraint login_tickets_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX login_tickets_by_user ON public.login_tickets USING btree (user_id);
alter table login_tickets enable row level security;
create policy application_sees_all on login_tickets for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on login_tickets for all to trunkline_owner using ((user_id = (NULLIF(current_setting('trunkline.user_id'::text, true), ''::text))::uuid));
grant delete, insert, select on login_tickets to trunkline_app;

create table notice_preferences (
  customer_id uuid not null,
  channel text not null,
  muted text[] not null,
  updated_at timestamp(3) with time zone not null,
  constraint notice_preferences_pkey PRIMARY KEY (customer_id),
  constraint notice_preferences_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint notice_preferences_channel_is_known CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text, 'none'::text])))
);
alter table notice_preferences enable row level security;
create policy application_sees_all on notice_preferences for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on notice_preferences for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on notice_preferences to trunkline_app;
grant select on notice_preferences to trunkline_owner;

create table ops_alerts (
  id uuid not null,
  alert_type text not null,
  dedup_key text not null,
  severity text not null,
  customer_id uuid,
  title text not null,
  message text not null,
  runbook text,
  metadata jsonb not null,
  delivery text not null default 'pending'::text,
  created_at timestamp(3) with time zone not null default now(),
  acknowledged_at timestamp(3) with time zone,
  acknowledged_by text,
  constraint ops_alerts_pkey PRIMARY KEY (id),
  constraint ops_alerts_raised_once UNIQUE (dedup_key),
  constraint ops_alerts_delivery_is_known CHECK ((delivery = ANY (ARRAY['pending'::text, 'sent'::text, 'delivered'::text, 'failed'::text, 'logged'::text, 'superseded'::text]))),
  constraint ops_alerts_severity_is_known CHECK ((severity = ANY (ARRAY['info'::text, 'low'::text, 'medium'::text, 'high'::text, 'critical'::text])))
);
CREATE INDEX ops_alerts_by_customer ON public.ops_alerts USING btree (customer_id, id);
CREATE INDEX ops_alerts_open ON public.ops_alerts USING btree (id) WHERE (acknowledged_at IS NULL);
CREATE INDEX ops_alerts_undecided ON public.ops_alerts USING btree (delivery, id) WHERE (delivery = ANY (ARRAY['pending'::text, 'sent'::text]));
alter table ops_alerts enable row level security;
create policy application_sees_all on ops_alerts for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on ops_alerts for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on ops_alerts to trunkline_app;

create table owner_notices (
  id uuid not null,
  customer_id uuid not null,
  kind text not null,
  notice_key text not null,
  facts jsonb not null,
  state text not null default 'pending'::text,
  channel text,
  attempts integer not null default 0,
  provider_message_id text,
  reason text,
  created_at timestamp(3) with time zone not null default now(),
  sent_at timestamp(3) with time zone,
  updated_at timestamp(3) with time zone not null,
  constraint owner_notices_pkey PRIMARY KEY (id),
  constraint owner_notices_told_once UNIQUE (notice_key),
  constraint owner_notices_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint owner_notices_channel_is_known CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text, 'none'::text]))),
  constraint owner_notices_kind_is_known CHECK ((kind = ANY (ARRAY['usage_warning'::text, 'usage_limit'::text, 'usage_blocked'::text, 'usage_renewed'::text, 'payment_failed'::text, 'payment_suspended'::text, 'payment_resumed'::text]))),
  constraint owner_notices_state_is_known CHECK ((state = ANY (ARRAY['pending'::text, 'sending'::text, 'sent'::text, 'skipped'::text, 'failed'::text, 'undecided'::text])))
);
CREATE INDEX owner_notices_by_customer ON public.owner_notices USING btree (customer_id, id);
CREATE INDEX owner_notices_unsent ON public.owner_notices USING btree (updated_at) WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text]));
alter table owner_notices enable row level security;
create policy application_sees_all on owner_notices for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on owner_notices for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on owner_notices to trunkline_app;
grant select on owner_notices to trunkline_owner;

create table passkey_challenges (
  challenge_hash bytea not null,
  purpose text not null,
  user_id uuid,
  origin text not null,
  expires_at timestamp(3) with time zone not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint passkey_challenges_pkey PRIMARY KEY (challenge_hash),
  constraint passkey_challenges_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint passkey_challenges_purpose_is_known CHECK ((purpose = ANY (ARRAY['register'::text, 'sign_in'::text]))),
  constraint passkey_challenges_user_registers CHECK (((purpose = 'register'::text) = (user_id IS NOT NULL)))
);
CREATE INDEX passkey_challenges_by_user ON public.passkey_challenges USING btree (user_id);
CREATE INDEX passkey_challenges_over ON public.passkey_challenges USING btree (expires_at);
alter table passkey_challenges enable row level security;
create policy application_sees_all on passkey_challenges for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on passkey_challenges for all to trunkline_owner using ((user_id = (NULLIF(current_setting('trunkline.user_id'::text, true), ''::text))::uuid));
grant delete, insert, select on passkey_challenges to trunkline_app;

create table passkeys (
  id uuid not null,
  user_id uuid not null,
  name text not null,
  credential_id bytea not null,
  public_key bytea not null,
  counter bigint not null default 0,
  transports text[] not null,
  rp_id text not null,
  created_at timestamp(3) with time zone not null default now(),
  last_used_at timestamp(3) with time zone,
  constraint passkeys_pkey PRIMARY KEY (id),
  constraint passkeys_credential_stands_once UNIQUE (credential_id),
  constraint passkeys_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint passkeys_counter_is_not_negative CHECK ((counter >= 0)),
  constraint passkeys_transports_are_known CHECK ((transports <@ ARRAY['usb'::text, 'nfc'::text, 'ble'::text, 'smart-card'::text, 'hybrid'::text, 'internal'::text, 'cable'::text]))
);
CREATE INDEX passkeys_by_user ON public.passkeys USING btree (user_id);
alter table passkeys enable row level security;
create policy application_sees_all on passkeys for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on passkeys for all to trunkline_owner using ((user_id = (NULLIF(current_setting('trunkline.user_id'::text, true), ''::text))::uuid));
grant delete, insert, select on passkeys to trunkline_app;
grant update (counter) on passkeys to trunkline_app;
grant update (last_used_at) on passkeys to trunkline_app;
grant update (name) on passkeys to trunkline_app;

create table password_resets (
  id uuid not null,
  email text not null,
  user_id uuid,
  token_hash bytea,
  expires_at timestamp(3) with time zone,
  used_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  constraint password_resets_pkey PRIMARY KEY (id),
  constraint password_resets_token_stands_once UNIQUE (token_hash),
  constraint password_resets_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id),
  constraint password_resets_link_is_whole CHECK ((((token_hash IS NULL) = (user_id IS NULL)) AND ((token_hash IS NULL) = (expires_at IS NULL))))
);
CREATE INDEX password_resets_by_user ON public.password_resets USING btree (user_id);
alter table password_resets enable row level security;
create policy application_sees_all on password_resets for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on password_resets for all to trunkline_owner using ((user_id = (NULLIF(current_setting('trunkline.user_id'::text, true), ''::text))::uuid));
grant delete, insert, select, update on password_resets to trunkline_app;

create table provider_status (
  provider text not null,
  component text not null,
  state text not null,
  circuit text not null,
  failure_count integer not null default 0,
  openings integer not null default 0,
  last_error text,
  last_failure_at timestamp(3) with time zone,
  last_success_at timestamp(3) with time zone,
  cooldown_until timestamp(3) with time zone,
  updated_at timestamp(3) with time zone not null,
  constraint provider_status_provider_component_pk PRIMARY KEY (provider, component),
  constraint provider_status_circuit_is_known CHECK ((circuit = ANY (ARRAY['closed'::text, 'open'::text, 'half_open'::text]))),
  constraint provider_status_state_is_known CHECK ((state = ANY (ARRAY['healthy'::text, 'degraded'::text, 'down'::text, 'not_configured'::text])))
);
grant insert, select, update on provider_status to trunkline_app;

create table reconciliation_differences (
  id uuid not null,
  run_id uuid not null,
  level integer not null,
  class text not null,
  customer_id uuid,
  provider text,
  kind text,
  provider_id text,
  unit text not null,
  ours bigint not null,
  theirs bigint not null,
  delta bigint not null,
  flagged boolean not null,
  period_start timestamp(3) with time zone,
  occurred_at timestamp(3) with time zone,
  event_id uuid,
  record text,
  heal_state text,
  heal_webhook_id uuid,
  healed_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  constraint reconciliation_differences_pkey PRIMARY KEY (id),
  constraint reconciliation_differences_run_id_reconciliation_runs_id_fk FOREIGN KEY (run_id) REFERENCES reconciliation_runs(id),
  constraint reconciliation_differences_class_is_known CHECK ((class = ANY (ARRAY['missing_here'::text, 'missing_there'::text, 'quantity_differs'::text, 'price_differs'::text, 'late'::text, 'duplicate'::text, 'counter_differs'::text, 'lines_differ'::text, 'rating_differs'::text, 'cost_differs'::text]))),
  constraint reconciliation_differences_delta_is_ours_less_theirs CHECK ((delta = (ours - theirs))),
  constraint reconciliation_differences_heal_state_is_known CHECK ((heal_state = ANY (ARRAY['queued'::text, 'admitted'::text]))),
  constraint reconciliation_differences_kind_is_known CHECK ((kind = ANY (ARRAY['call'::text, 'message'::text]))),
  constraint reconciliation_differences_unit_is_known CHECK ((unit = ANY (ARRAY['seconds'::text, 'segments'::text, 'micros'::text, 'cents'::text])))
);
CREATE INDEX reconciliation_differences_by_customer ON public.reconciliation_differences USING btree (customer_id, id);
CREATE INDEX reconciliation_differences_by_event ON public.reconciliation_differences USING btree (event_id);
CREATE INDEX reconciliation_differences_by_size ON public.reconciliation_differences USING btree (run_id, flagged, abs(delta), id);
alter table reconciliation_differences enable row level security;
create policy application_sees_all on reconciliation_differences for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on reconciliation_differences for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on reconciliation_differences to trunkline_app;

create table reconciliation_listed (
  run_id uuid not null,
  provider text not null,
  kind text not null,
  provider_id text not null,
  carrier_id text,
  numbers text[] not null,
  agent_id text,
  quantity bigint not null,
  price_micros bigint,
  started_at timestamp(3) with time zone not null,
  ended_at timestamp(3) with time zone,
  record text,
  constraint reconciliation_listed_run_id_provider_kind_provider_id_pk PRIMARY KEY (run_id, provider, kind, provider_id),
  constraint reconciliation_listed_kind_is_known CHECK ((kind = ANY (ARRAY['call'::text, 'message'::text])))
);
CREATE INDEX reconciliation_listed_by_carrier ON public.reconciliation_listed USING btree (run_id, carrier_id) WHERE (carrier_id IS NOT NULL);
grant delete, insert, select, update on reconciliation_listed to trunkline_app;

create table reconciliation_prices (
  provider text not null,
  kind text not null,
  provider_id text not null,
  price_micros bigint not null,
  learned_at timestamp(3) with time zone not null,
  constraint reconciliation_prices_provider_kind_provider_id_pk PRIMARY KEY (provider, kind, provider_id),
  constraint reconciliation_prices_kind_is_known CHECK ((kind = ANY (ARRAY['call'::text, 'message'::text])))
);
CREATE INDEX reconciliation_prices_by_age ON public.reconciliation_prices USING btree (learned_at);
grant delete, insert, select on reconciliation_prices to trunkline_app;

create table reconciliation_runs (
  id uuid not null,
  trigger text not null,
  triggered_by text not null,
  state text not null,
  phase text not null default 'ledger'::text,
  window_from timestamp(3) with time zone not null,
  window_to timestamp(3) with time zone not null,
  sources jsonb not null default '[]'::jsonb,
  levels jsonb not null default '[]'::jsonb,
  checked bigint not null default 0,
  differences integer not null default 0,
  flagged integer not null default 0,
  missing_here integer not null default 0,
  error text,
  started_at timestamp(3) with time zone not null,
  heartbeat_at timestamp(3) with time zone not null,
  finished_at timestamp(3) with time zone,
  lease_generation integer not null default 0,
  lease_until timestamp(3) with time zone,
  constraint reconciliation_runs_pkey PRIMARY KEY (id),
  constraint reconciliation_runs_ended_say_when CHECK (((state = 'running'::text) = (finished_at IS NULL))),
  constraint reconciliation_runs_phase_is_known CHECK ((phase = ANY (ARRAY['ledger'::text, 'listing'::text, 'comparing'::text, 'money'::text, 'done'::text]))),
  constraint reconciliation_runs_state_is_known CHECK ((state = ANY (ARRAY['running'::text, 'matched'::text, 'differences'::text, 'failed'::text, 'stale'::text]))),
  constraint reconciliation_runs_trigger_is_known CHECK ((trigger = ANY (ARRAY['scheduled'::text, 'manual'::text]))),
  constraint reconciliation_runs_window_runs_forward CHECK ((window_to > window_from))
);
CREATE UNIQUE INDEX reconciliation_runs_one_at_a_time ON public.reconciliation_runs USING btree (state) WHERE (state = 'running'::text);
grant insert, select, update on reconciliation_runs to trunkline_app;

create table recovery_codes (
  id uuid not null,
  user_id uuid not null,
  code_hash bytea not null,
  used_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  constraint recovery_codes_pkey PRIMARY KEY (id),
  constraint recovery_codes_code_stands_once UNIQUE (user_id, code_hash),
  constraint recovery_codes_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id)
);
alter table recovery_codes enable row level security;
create policy application_sees_all on recovery_codes for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on recovery_codes for all to trunkline_owner using ((user_id = (NULLIF(current_setting('trunkline.user_id'::text, true), ''::text))::uuid));
grant delete, insert, select, update on recovery_codes to trunkline_app;

create table retention_marks (
  kind text not null,
  through_id uuid not null,
  updated_at timestamp(3) with time zone not null,
  constraint retention_marks_pkey PRIMARY KEY (kind)
);
grant insert, select, update on retention_marks to trunkline_app;

create table retention_settings (
  kind text not null,
  amount integer not null,
  updated_at timestamp(3) with time zone not null,
  updated_by text not null,
  constraint retention_settings_pkey PRIMARY KEY (kind),
  constraint retention_settings_amount_is_positive CHECK ((amount > 0)),
  constraint retention_settings_kind_is_known CHECK ((kind = ANY (ARRAY['bytes'::text, 'events'::text, 'audit'::text])))
);
grant delete, insert, select, update on retention_settings to trunkline_app;

create table saved_filters (
  id uuid not null,
  user_id uuid not null,
  list text not null,
  name text not null,
  filters jsonb not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint saved_filters_pkey PRIMARY KEY (id),
  constraint saved_filters_name_stands_once UNIQUE (user_id, list, name),
  constraint saved_filters_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
alter table saved_filters enable row level security;
create policy application_sees_all on saved_filters for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on saved_filters for all to trunkline_owner using ((user_id = (NULLIF(current_setting('trunkline.user_id'::text, true), ''::text))::uuid));
grant delete, insert, select on saved_filters to trunkline_app;
grant update (filters) on saved_filters to trunkline_app;

create table schedules (
  name text not null,
  every_seconds integer not null,
  next_due_at timestamp(3) with time zone not null,
  last_run_at timestamp(3) with time zone,
  constraint schedules_pkey PRIMARY KEY (name)
);
grant insert, select, update on schedules to trunkline_app;

create table second_factors (
  user_id uuid not null,
  secret_ciphertext text not null,
  last_step bigint not null default 0,
  confirmed_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  constraint second_factors_pkey PRIMARY KEY (user_id),
  constraint second_factors_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users(id)
);
alter table second_factors enable row level security;
create policy application_sees_all on second_factors for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on second_factors for all to trunkline_owner using ((user_id = (NULLIF(current_setting('trunkline.user_id'::text, true), ''::text))::uuid));
grant delete, insert, select, update on second_factors to trunkline_app;

create table sms_events (
  id uuid not null,
  customer_id uuid,
  phone_number text,
  direction text not null,
  from_number text,
  to_number text,
  status text not null,
  segments integer,
  body text,
  error_code text,
  message_sid text,
  occurred_at timestamp(3) with time zone not null,
  facts jsonb not null,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null,
  shredded_at timestamp(3) with time zone,
  listed_cost_micros bigint,
  constraint sms_events_pkey PRIMARY KEY (id),
  constraint sms_events_status_is_known CHECK ((status = ANY (ARRAY['accepted'::text, 'scheduled'::text, 'queued'::text, 'sending'::text, 'receiving'::text, 'sent'::text, 'partially_delivered'::text, 'canceled'::text, 'failed'::text, 'undelivered'::text, 'delivered'::text, 'received'::text, 'read'::text])))
) partition by RANGE (id);
CREATE INDEX sms_events_by_customer ON public.sms_events USING btree (customer_id, id);
CREATE INDEX sms_events_by_phone ON public.sms_events USING btree (phone_number, id);
CREATE INDEX sms_events_by_sid ON public.sms_events USING btree (message_sid);
alter table sms_events enable row level security;
create policy application_sees_all on sms_events for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on sms_events for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on sms_events to trunkline_app;

create table sms_events_default partition of sms_events (
  id uuid not null,
  customer_id uuid,
  phone_number text,
  direction text not null,
  from_number text,
  to_number text,
  status text not null,
  segments integer,
  body text,
  error_code text,
  message_sid text,
  occurred_at timestamp(3) with time zone not null,
  facts jsonb not null,
  created_at timestamp(3) with time zone not null default now(),
  updated_at timestamp(3) with time zone not null,
  shredded_at timestamp(3) with time zone,
  listed_cost_micros bigint
) default;

create table sms_keys (
  key text not null,
  sms_id uuid not null,
  constraint sms_keys_pkey PRIMARY KEY (key)
);
grant insert, select, update on sms_keys to trunkline_app;

create table tier_snapshots (
  id uuid not null,
  tier text not null,
  version integer not null,
  rank integer not null,
  monthly_price_cents integer not null,
  call_cap_seconds bigint not null,
  sms_cap_segments bigint not null,
  call_grace_seconds bigint not null,
  effective_from timestamp(3) with time zone not null,
  effective_until timestamp(3) with time zone,
  sms_grace_segments bigint not null default 0,
  call_rollover_seconds bigint not null default 0,
  sms_rollover_segments bigint not null default 0,
  published_by text,
  constraint tier_snapshots_pkey PRIMARY KEY (id),
  constraint tier_snapshots_version_stands_once UNIQUE (tier, version),
  constraint tier_snapshots_figures_are_not_negative CHECK ((LEAST((monthly_price_cents)::bigint, call_cap_seconds, sms_cap_segments, call_grace_seconds, sms_grace_segments, call_rollover_seconds, sms_rollover_segments) >= 0)),
  constraint tier_snapshots_tier_is_known CHECK ((tier = ANY (ARRAY['core'::text, 'pro'::text, 'elite'::text, 'scale'::text])))
);
grant insert, select on tier_snapshots to trunkline_app;
grant select on tier_snapshots to trunkline_owner;

create table traffic_hours (
  hour timestamp(3) with time zone not null,
  outcome text not null,
  slot integer not null,
  count bigint not null,
  seconds bigint not null,
  constraint traffic_hours_hour_outcome_slot_pk PRIMARY KEY (hour, outcome, slot)
);
grant insert, select, update on traffic_hours to trunkline_app;

create table unknown_phone (
  id uuid not null,
  phone_number text not null,
  event_types text[] not null,
  first_seen_at timestamp(3) with time zone not null,
  last_seen_at timestamp(3) with time zone not null,
  resolved_at timestamp(3) with time zone,
  resolved_by text,
  resolution text,
  customer_id uuid,
  constraint unknown_phone_pkey PRIMARY KEY (id),
  constraint unknown_phone_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint unknown_phone_matched_names_its_customer CHECK ((((resolution = 'matched'::text) = (customer_id IS NOT NULL)) OR (resolution IS NULL))),
  constraint unknown_phone_resolution_is_known CHECK ((resolution = ANY (ARRAY['matched'::text, 'spam'::text, 'ignored'::text])))
);
CREATE INDEX unknown_phone_by_last_seen ON public.unknown_phone USING btree (last_seen_at, id);
CREATE UNIQUE INDEX unknown_phone_open_once ON public.unknown_phone USING btree (phone_number) WHERE (resolved_at IS NULL);
alter table unknown_phone enable row level security;
create policy application_sees_all on unknown_phone for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on unknown_phone for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on unknown_phone to trunkline_app;

create table unknown_phone_webhooks (
  unknown_phone_id uuid not null,
  webhook_id uuid not null,
  constraint unknown_phone_webhooks_unknown_phone_id_webhook_id_pk PRIMARY KEY (unknown_phone_id, webhook_id),
  constraint unknown_phone_webhooks_unknown_phone_id_unknown_phone_id_fk FOREIGN KEY (unknown_phone_id) REFERENCES unknown_phone(id) ON DELETE CASCADE
);
CREATE INDEX unknown_phone_webhooks_by_webhook ON public.unknown_phone_webhooks USING btree (webhook_id);
grant delete, insert, select, update on unknown_phone_webhooks to trunkline_app;

create table usage_burns (
  credit_id uuid not null,
  customer_id uuid not null,
  period_start timestamp(3) with time zone not null,
  quantity bigint not null,
  constraint usage_burns_credit_id_period_start_pk PRIMARY KEY (credit_id, period_start),
  constraint usage_burns_credit_id_usage_credits_id_fk FOREIGN KEY (credit_id) REFERENCES usage_credits(id),
  constraint usage_burns_are_not_negative CHECK ((quantity >= 0))
);
CREATE INDEX usage_burns_by_period ON public.usage_burns USING btree (customer_id, period_start);
alter table usage_burns enable row level security;
create policy application_sees_all on usage_burns for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on usage_burns for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on usage_burns to trunkline_app;
grant select on usage_burns to trunkline_owner;

create table usage_credits (
  id uuid not null,
  customer_id uuid not null,
  meter text not null,
  source text not null,
  source_key text not null,
  quantity bigint not null,
  remaining bigint not null,
  priority integer not null,
  expires_at timestamp(3) with time zone,
  reason text,
  granted_by text not null,
  created_at timestamp(3) with time zone not null default now(),
  ended_at timestamp(3) with time zone,
  ended_by text,
  constraint usage_credits_pkey PRIMARY KEY (id),
  constraint usage_credits_granted_once UNIQUE (source_key),
  constraint usage_credits_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint usage_credits_ended_say_how CHECK (((ended_at IS NULL) = (ended_by IS NULL))),
  constraint usage_credits_meter_is_known CHECK ((meter = ANY (ARRAY['call_seconds'::text, 'sms_segments'::text]))),
  constraint usage_credits_quantity_is_positive CHECK ((quantity > 0)),
  constraint usage_credits_remain_within_the_grant CHECK (((remaining >= 0) AND (remaining <= quantity))),
  constraint usage_credits_source_is_known CHECK ((source = ANY (ARRAY['topup'::text, 'goodwill'::text, 'rollover'::text, 'proration'::text])))
);
CREATE INDEX usage_credits_by_customer ON public.usage_credits USING btree (customer_id, id);
CREATE INDEX usage_credits_living ON public.usage_credits USING btree (customer_id) WHERE (ended_at IS NULL);
alter table usage_credits enable row level security;
create policy application_sees_all on usage_credits for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on usage_credits for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on usage_credits to trunkline_app;
grant select on usage_credits to trunkline_owner;

create table usage_crossings (
  id uuid not null,
  customer_id uuid not null,
  meter text not null,
  period_start timestamp(3) with time zone not null,
  limit_revision integer not null,
  level integer not null,
  before bigint not null,
  after bigint not null,
  base bigint not null,
  at timestamp(3) with time zone not null,
  cause text not null default 'usage'::text,
  recovered_at timestamp(3) with time zone,
  constraint usage_crossings_pkey PRIMARY KEY (id),
  constraint usage_crossings_announced_once UNIQUE (customer_id, meter, period_start, limit_revision, level),
  constraint usage_crossings_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint usage_crossings_cause_is_known CHECK ((cause = ANY (ARRAY['usage'::text, 'base'::text])))
);
alter table usage_crossings enable row level security;
create policy application_sees_all on usage_crossings for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on usage_crossings for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select on usage_crossings to trunkline_app;
grant select on usage_crossings to trunkline_owner;
grant update (recovered_at) on usage_crossings to trunkline_app;

create table usage_entries (
  id uuid not null,
  customer_id uuid not null,
  meter text not null,
  idem_key text not null,
  kind text not null,
  quantity bigint not null,
  occurred_at timestamp(3) with time zone not null,
  period_start timestamp(3) with time zone not null,
  event_id uuid not null,
  webhook_id uuid,
  created_at timestamp(3) with time zone not null default now(),
  corrects_id uuid,
  reason text,
  constraint usage_entries_pkey PRIMARY KEY (id),
  constraint usage_entries_change_something CHECK ((quantity <> 0)),
  constraint usage_entries_kind_is_known CHECK ((kind = ANY (ARRAY['usage'::text, 'revision'::text, 'void'::text, 'adjustment'::text]))),
  constraint usage_entries_meter_is_known CHECK ((meter = ANY (ARRAY['call_seconds'::text, 'sms_segments'::text])))
) partition by RANGE (id);
CREATE INDEX usage_entries_by_customer ON public.usage_entries USING btree (customer_id, id);
CREATE INDEX usage_entries_by_event ON public.usage_entries USING btree (event_id);
alter table usage_entries enable row level security;
create policy application_sees_all on usage_entries for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on usage_entries for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select on usage_entries to trunkline_app;
grant select on usage_entries to trunkline_owner;

create table usage_entries_default partition of usage_entries (
  id uuid not null,
  customer_id uuid not null,
  meter text not null,
  idem_key text not null,
  kind text not null,
  quantity bigint not null,
  occurred_at timestamp(3) with time zone not null,
  period_start timestamp(3) with time zone not null,
  event_id uuid not null,
  webhook_id uuid,
  created_at timestamp(3) with time zone not null default now(),
  corrects_id uuid,
  reason text
) default;

create table usage_holds (
  id uuid not null,
  customer_id uuid not null,
  meter text not null,
  quantity bigint not null,
  state text not null default 'open'::text,
  expires_at timestamp(3) with time zone not null,
  settled_quantity bigint,
  created_at timestamp(3) with time zone not null default now(),
  ended_at timestamp(3) with time zone,
  provider_id text,
  asked_at timestamp(3) with time zone,
  overrun bigint not null default 0,
  constraint usage_holds_pkey PRIMARY KEY (id),
  constraint usage_holds_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint usage_holds_quantity_is_positive CHECK ((quantity > 0)),
  constraint usage_holds_state_is_known CHECK ((state = ANY (ARRAY['open'::text, 'settled'::text, 'expired'::text, 'reported'::text])))
);
CREATE INDEX usage_holds_by_customer ON public.usage_holds USING btree (customer_id, id);
CREATE INDEX usage_holds_under_way ON public.usage_holds USING btree (customer_id, expires_at) WHERE (state = 'open'::text);
alter table usage_holds enable row level security;
create policy application_sees_all on usage_holds for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on usage_holds for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on usage_holds to trunkline_app;
grant select on usage_holds to trunkline_owner;

create table usage_hours (
  customer_id uuid not null,
  meter text not null,
  hour timestamp(3) with time zone not null,
  provider text not null,
  direction text not null,
  quantity bigint not null,
  entries integer not null,
  constraint usage_hours_customer_id_meter_hour_provider_direction_pk PRIMARY KEY (customer_id, meter, hour, provider, direction),
  constraint usage_hours_meter_is_known CHECK ((meter = ANY (ARRAY['call_seconds'::text, 'sms_segments'::text])))
);
CREATE INDEX usage_hours_by_time ON public.usage_hours USING btree (meter, hour);
alter table usage_hours enable row level security;
create policy application_sees_all on usage_hours for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on usage_hours for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on usage_hours to trunkline_app;
grant select on usage_hours to trunkline_owner;

create table usage_keys (
  meter text not null,
  idem_key text not null,
  customer_id uuid not null,
  booked bigint not null default 0,
  entries integer not null default 0,
  period_start timestamp(3) with time zone,
  last_entry_id uuid,
  waived_at timestamp(3) with time zone,
  constraint usage_keys_meter_idem_key_pk PRIMARY KEY (meter, idem_key),
  constraint usage_keys_booked_have_a_period CHECK (((entries = 0) OR (period_start IS NOT NULL)))
);
CREATE INDEX usage_keys_settled ON public.usage_keys USING btree (idem_key) WHERE ((booked <> 0) AND (idem_key ~~ 'provider:%'::text));
alter table usage_keys enable row level security;
create policy application_sees_all on usage_keys for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on usage_keys for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on usage_keys to trunkline_app;

create table usage_limits (
  customer_id uuid not null,
  tier_snapshot_id uuid not null,
  period_start timestamp(3) with time zone not null,
  period_end timestamp(3) with time zone not null,
  limit_revision integer not null default 1,
  call_used_seconds bigint not null default 0,
  call_reserved_seconds bigint not null default 0,
  call_cap_seconds bigint not null,
  call_credit_seconds bigint not null default 0,
  rollover_seconds bigint not null default 0,
  grace_seconds bigint not null,
  sms_used bigint not null default 0,
  sms_reserved bigint not null default 0,
  sms_cap bigint not null,
  sms_credit bigint not null default 0,
  force_pause boolean not null default false,
  updated_at timestamp(3) with time zone not null,
  sms_grace bigint not null default 0,
  next_change_at timestamp(3) with time zone,
  constraint usage_limits_pkey PRIMARY KEY (customer_id),
  constraint usage_limits_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint usage_limits_tier_snapshot_id_tier_snapshots_id_fk FOREIGN KEY (tier_snapshot_id) REFERENCES tier_snapshots(id),
  constraint usage_limits_call_reserved_is_not_negative CHECK ((call_reserved_seconds >= 0)),
  constraint usage_limits_call_used_is_not_negative CHECK ((call_used_seconds >= 0)),
  constraint usage_limits_period_runs_forward CHECK ((period_end > period_start)),
  constraint usage_limits_sms_reserved_is_not_negative CHECK ((sms_reserved >= 0)),
  constraint usage_limits_sms_used_is_not_negative CHECK ((sms_used >= 0))
) with (fillfactor=50);
CREATE INDEX usage_limits_next_change ON public.usage_limits USING btree (next_change_at) WHERE (next_change_at IS NOT NULL);
CREATE INDEX usage_limits_period_end ON public.usage_limits USING btree (period_end);
alter table usage_limits enable row level security;
create policy application_sees_all on usage_limits for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on usage_limits for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on usage_limits to trunkline_app;
grant select on usage_limits to trunkline_owner;

create table usage_pauses (
  id uuid not null,
  customer_id uuid not null,
  cause text not null,
  reason text not null,
  paused_by text not null,
  created_at timestamp(3) with time zone not null default now(),
  expires_at timestamp(3) with time zone,
  ended_at timestamp(3) with time zone,
  ended_by text,
  end_reason text,
  constraint usage_pauses_pkey PRIMARY KEY (id),
  constraint usage_pauses_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint usage_pauses_cause_is_known CHECK ((cause = ANY (ARRAY['force'::text, 'payment'::text, 'compliance'::text, 'provider'::text])))
);
CREATE INDEX usage_pauses_by_customer ON public.usage_pauses USING btree (customer_id, id);
CREATE UNIQUE INDEX usage_pauses_one_a_cause ON public.usage_pauses USING btree (customer_id, cause) WHERE (ended_at IS NULL);
alter table usage_pauses enable row level security;
create policy application_sees_all on usage_pauses for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on usage_pauses for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on usage_pauses to trunkline_app;
grant select on usage_pauses to trunkline_owner;

create table usage_periods (
  customer_id uuid not null,
  period_start timestamp(3) with time zone not null,
  period_end timestamp(3) with time zone not null,
  tier_snapshot_id uuid not null,
  call_used_seconds bigint not null,
  sms_used bigint not null,
  call_cap_seconds bigint not null default 0,
  sms_cap bigint not null default 0,
  constraint usage_periods_customer_id_period_start_pk PRIMARY KEY (customer_id, period_start),
  constraint usage_periods_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint usage_periods_tier_snapshot_id_tier_snapshots_id_fk FOREIGN KEY (tier_snapshot_id) REFERENCES tier_snapshots(id),
  constraint usage_periods_call_used_is_not_negative CHECK ((call_used_seconds >= 0)),
  constraint usage_periods_run_forward CHECK ((period_end > period_start)),
  constraint usage_periods_sms_used_is_not_negative CHECK ((sms_used >= 0))
);
alter table usage_periods enable row level security;
create policy application_sees_all on usage_periods for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on usage_periods for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on usage_periods to trunkline_app;
grant select on usage_periods to trunkline_owner;

create table usage_tier_changes (
  id uuid not null,
  customer_id uuid not null,
  from_snapshot_id uuid not null,
  to_tier text not null,
  to_snapshot_id uuid,
  moment text not null,
  state text not null,
  due_at timestamp(3) with time zone not null,
  reason text not null,
  source_key text,
  credit_cents integer not null default 0,
  charge_cents integer not null default 0,
  requested_by text not null,
  created_at timestamp(3) with time zone not null default now(),
  ended_at timestamp(3) with time zone,
  constraint usage_tier_changes_pkey PRIMARY KEY (id),
  constraint usage_tier_changes_made_once UNIQUE (source_key),
  constraint usage_tier_changes_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint usage_tier_changes_from_snapshot_id_tier_snapshots_id_fk FOREIGN KEY (from_snapshot_id) REFERENCES tier_snapshots(id),
  constraint usage_tier_changes_to_snapshot_id_tier_snapshots_id_fk FOREIGN KEY (to_snapshot_id) REFERENCES tier_snapshots(id),
  constraint usage_tier_changes_moment_is_known CHECK ((moment = ANY (ARRAY['now'::text, 'period_end'::text]))),
  constraint usage_tier_changes_state_is_known CHECK ((state = ANY (ARRAY['pending'::text, 'applied'::text, 'cancelled'::text, 'superseded'::text]))),
  constraint usage_tier_changes_tier_is_known CHECK ((to_tier = ANY (ARRAY['core'::text, 'pro'::text, 'elite'::text, 'scale'::text])))
);
CREATE INDEX usage_tier_changes_by_customer ON public.usage_tier_changes USING btree (customer_id, id);
CREATE UNIQUE INDEX usage_tier_changes_one_waits ON public.usage_tier_changes USING btree (customer_id) WHERE (state = 'pending'::text);
alter table usage_tier_changes enable row level security;
create policy application_sees_all on usage_tier_changes for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on usage_tier_changes for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on usage_tier_changes to trunkline_app;
grant select on usage_tier_changes to trunkline_owner;

create table usage_topups (
  key text not null,
  meter text not null,
  quantity bigint not null,
  price_cents integer not null,
  lasts_days integer,
  is_on_sale boolean not null default true,
  constraint usage_topups_pkey PRIMARY KEY (key),
  constraint usage_topups_meter_is_known CHECK ((meter = ANY (ARRAY['call_seconds'::text, 'sms_segments'::text]))),
  constraint usage_topups_quantity_is_positive CHECK ((quantity > 0))
);
grant insert, select, update on usage_topups to trunkline_app;
grant select on usage_topups to trunkline_owner;

create table usage_withdrawals (
  id uuid not null,
  credit_id uuid not null,
  customer_id uuid not null,
  source_key text not null,
  asked bigint not null,
  taken bigint not null,
  created_at timestamp(3) with time zone not null default now(),
  constraint usage_withdrawals_pkey PRIMARY KEY (id),
  constraint usage_withdrawals_made_once UNIQUE (source_key),
  constraint usage_withdrawals_credit_id_usage_credits_id_fk FOREIGN KEY (credit_id) REFERENCES usage_credits(id),
  constraint usage_withdrawals_take_what_was_asked_at_most CHECK (((asked > 0) AND (taken >= 0) AND (taken <= asked)))
);
CREATE INDEX usage_withdrawals_by_credit ON public.usage_withdrawals USING btree (credit_id);
CREATE INDEX usage_withdrawals_by_customer ON public.usage_withdrawals USING btree (customer_id, id);
alter table usage_withdrawals enable row level security;
create policy application_sees_all on usage_withdrawals for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on usage_withdrawals for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select on usage_withdrawals to trunkline_app;
grant select on usage_withdrawals to trunkline_owner;

create table users (
  id uuid not null,
  email text not null,
  name text,
  role text not null,
  customer_id uuid,
  password_hash text not null,
  is_active boolean not null default true,
  created_at timestamp(3) with time zone not null default now(),
  last_sign_in_at timestamp(3) with time zone,
  constraint users_pkey PRIMARY KEY (id),
  constraint users_email_stands_once UNIQUE (email),
  constraint users_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint users_email_is_in_small_letters CHECK ((email = lower(email))),
  constraint users_owner_has_a_customer CHECK (((role = 'owner'::text) = (customer_id IS NOT NULL))),
  constraint users_role_is_known CHECK ((role = ANY (ARRAY['admin'::text, 'operator'::text, 'sales'::text, 'viewer'::text, 'owner'::text])))
);
alter table users enable row level security;
create policy application_sees_all on users for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on users for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on users to trunkline_app;

create table webhook_attempts (
  id uuid not null,
  webhook_id uuid not null,
  outcome text not null,
  error text,
  by text not null,
  at timestamp(3) with time zone not null,
  reading integer,
  changes jsonb,
  constraint webhook_attempts_pkey PRIMARY KEY (id),
  constraint webhook_attempts_outcome_is_known CHECK ((outcome = ANY (ARRAY['processed'::text, 'failed'::text, 'dead'::text, 'replayed'::text])))
);
CREATE INDEX webhook_attempts_by_webhook ON public.webhook_attempts USING btree (webhook_id, id);
grant insert, select on webhook_attempts to trunkline_app;

create table webhook_backfills (
  id uuid not null,
  by text not null,
  state text not null,
  asked integer not null default 0,
  filled integer not null default 0,
  unchanged integer not null default 0,
  unknown integer not null default 0,
  unanswered integer not null default 0,
  listed integer not null default 0,
  admitted integer not null default 0,
  error text,
  started_at timestamp(3) with time zone not null,
  finished_at timestamp(3) with time zone,
  constraint webhook_backfills_pkey PRIMARY KEY (id),
  constraint webhook_backfills_ended_say_when CHECK (((state = 'running'::text) = (finished_at IS NULL))),
  constraint webhook_backfills_state_is_known CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'failed'::text])))
);
grant delete, insert, select, update on webhook_backfills to trunkline_app;

create table webhook_gaps (
  event_id uuid not null,
  missing text not null,
  answer text,
  asks integer not null default 0,
  generation integer not null,
  next_ask_at timestamp(3) with time zone,
  webhook_id uuid,
  updated_at timestamp(3) with time zone not null,
  constraint webhook_gaps_event_id_missing_pk PRIMARY KEY (event_id, missing),
  constraint webhook_gaps_answer_is_known CHECK (((answer IS NULL) OR (answer = ANY (ARRAY['filled'::text, 'unchanged'::text, 'unknown'::text, 'unanswered'::text])))),
  constraint webhook_gaps_kind_is_known CHECK ((missing = ANY (ARRAY['end'::text, 'analysis'::text, 'status'::text])))
);
CREATE INDEX webhook_gaps_by_age ON public.webhook_gaps USING btree (updated_at);
grant delete, insert, select, update on webhook_gaps to trunkline_app;

create table webhook_pauses (
  id uuid not null,
  provider text,
  door text,
  customer_id uuid,
  reason text not null,
  paused_by text not null,
  expires_at timestamp(3) with time zone,
  ended_at timestamp(3) with time zone,
  ended_by text,
  end_reason text,
  created_at timestamp(3) with time zone not null default now(),
  constraint webhook_pauses_pkey PRIMARY KEY (id),
  constraint webhook_pauses_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES customers(id),
  constraint webhook_pauses_ended_by_somebody CHECK (((ended_at IS NULL) = (ended_by IS NULL))),
  constraint webhook_pauses_name_a_source_or_a_customer CHECK (((num_nonnulls(provider, customer_id) = 1) AND ((door IS NULL) OR (provider IS NOT NULL)))),
  constraint webhook_pauses_provider_is_known CHECK (((provider IS NULL) OR (provider = ANY (ARRAY['retell'::text, 'twilio'::text, 'telnyx'::text, 'stripe'::text, 'standard'::text]))))
);
CREATE INDEX webhook_pauses_by_customer ON public.webhook_pauses USING btree (customer_id, id);
CREATE UNIQUE INDEX webhook_pauses_one_stands ON public.webhook_pauses USING btree (COALESCE(provider, (customer_id)::text), COALESCE(door, ''::text)) WHERE (ended_at IS NULL);
alter table webhook_pauses enable row level security;
create policy application_sees_all on webhook_pauses for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on webhook_pauses for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant insert, select, update on webhook_pauses to trunkline_app;

create table webhook_queue (
  id uuid not null,
  provider text not null,
  door text not null,
  event_type text,
  phone_number text,
  url text not null,
  remote_address text not null,
  headers jsonb not null,
  body text storage external not null,
  body_encoding text not null,
  body_bytes integer not null,
  body_sha256 bytea not null,
  verdict text not null,
  secret_id uuid,
  revision_of uuid,
  state text not null,
  received_at timestamp(3) with time zone not null,
  attempts integer not null default 0,
  next_attempt_at timestamp(3) with time zone,
  processed_at timestamp(3) with time zone,
  last_error text,
  customer_id uuid,
  shredded_at timestamp(3) with time zone,
  "position" bigint default ((pg_current_xact_id())::text)::bigint,
  constraint webhook_queue_pkey PRIMARY KEY (id),
  constraint webhook_queue_only_the_verified_leave_quarantine CHECK (((verdict = 'verified'::text) OR (state = 'quarantined'::text))),
  constraint webhook_queue_state_is_known CHECK ((state = ANY (ARRAY['received'::text, 'processed'::text, 'failed'::text, 'dead'::text, 'quarantined'::text])))
) partition by RANGE (id);
CREATE INDEX webhook_queue_by_cause ON public.webhook_queue USING btree ("left"(last_error, 200), id) WHERE (last_error IS NOT NULL);
CREATE INDEX webhook_queue_by_customer ON public.webhook_queue USING btree (customer_id, id) WHERE (customer_id IS NOT NULL);
CREATE INDEX webhook_queue_by_phone ON public.webhook_queue USING btree (phone_number, id);
CREATE INDEX webhook_queue_by_position ON public.webhook_queue USING btree ("position", id) WHERE ("position" IS NOT NULL);
CREATE INDEX webhook_queue_lanes ON public.webhook_queue USING btree (provider, hashtext(COALESCE(phone_number, ''::text)), next_attempt_at, id) WHERE (state = ANY (ARRAY['received'::text, 'failed'::text]));
CREATE INDEX webhook_queue_needs_a_person ON public.webhook_queue USING btree (state, id) WHERE (state = ANY (ARRAY['failed'::text, 'dead'::text, 'quarantined'::text]));
CREATE INDEX webhook_queue_revisions ON public.webhook_queue USING btree (revision_of, id) WHERE (revision_of IS NOT NULL);
CREATE INDEX webhook_queue_waiting ON public.webhook_queue USING btree (next_attempt_at, id) WHERE (state = ANY (ARRAY['received'::text, 'failed'::text]));
alter table webhook_queue enable row level security;
create policy application_sees_all on webhook_queue for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on webhook_queue for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant delete, insert, select, update on webhook_queue to trunkline_app;

create table webhook_queue_default partition of webhook_queue (
  id uuid not null,
  provider text not null,
  door text not null,
  event_type text,
  phone_number text,
  url text not null,
  remote_address text not null,
  headers jsonb not null,
  body text storage external not null,
  body_encoding text not null,
  body_bytes integer not null,
  body_sha256 bytea not null,
  verdict text not null,
  secret_id uuid,
  revision_of uuid,
  state text not null,
  received_at timestamp(3) with time zone not null,
  attempts integer not null default 0,
  next_attempt_at timestamp(3) with time zone,
  processed_at timestamp(3) with time zone,
  last_error text,
  customer_id uuid,
  shredded_at timestamp(3) with time zone,
  "position" bigint default ((pg_current_xact_id())::text)::bigint
) default;

create table webhook_replay_items (
  replay_id uuid not null,
  webhook_id uuid not null,
  as_planned text not null,
  changes jsonb,
  seconds integer,
  segments integer,
  problem text,
  outcome text,
  moves jsonb,
  constraint webhook_replay_items_replay_id_webhook_id_pk PRIMARY KEY (replay_id, webhook_id),
  constraint webhook_replay_items_replay_id_webhook_replays_id_fk FOREIGN KEY (replay_id) REFERENCES webhook_replays(id) ON DELETE CASCADE,
  constraint webhook_replay_items_outcome_is_known CHECK (((outcome IS NULL) OR (outcome = ANY (ARRAY['replayed'::text, 'skipped'::text, 'failed'::text]))))
);
grant delete, insert, select, update on webhook_replay_items to trunkline_app;

create table webhook_replay_subjects (
  replay_id uuid not null,
  subject text not null,
  webhook_id uuid not null,
  constraint webhook_replay_subjects_replay_id_subject_webhook_id_pk PRIMARY KEY (replay_id, subject, webhook_id),
  constraint webhook_replay_subjects_replay_id_webhook_replays_id_fk FOREIGN KEY (replay_id) REFERENCES webhook_replays(id) ON DELETE CASCADE
);
CREATE INDEX webhook_replay_subjects_by_webhook ON public.webhook_replay_subjects USING btree (replay_id, webhook_id);
grant delete, insert, select, update on webhook_replay_subjects to trunkline_app;

create table webhook_replay_sums (
  replay_id uuid not null,
  customer_id uuid not null,
  meter text not null,
  period_start timestamp(3) with time zone not null,
  period_end timestamp(3) with time zone not null,
  planned bigint not null default 0,
  cents bigint not null default 0,
  booked bigint not null default 0,
  constraint webhook_replay_sums_replay_id_customer_id_meter_period_start_pk PRIMARY KEY (replay_id, customer_id, meter, period_start),
  constraint webhook_replay_sums_replay_id_webhook_replays_id_fk FOREIGN KEY (replay_id) REFERENCES webhook_replays(id) ON DELETE CASCADE,
  constraint webhook_replay_sums_meter_is_known CHECK ((meter = ANY (ARRAY['call_seconds'::text, 'sms_segments'::text])))
);
alter table webhook_replay_sums enable row level security;
create policy application_sees_all on webhook_replay_sums for all to trunkline_app using (true) with check (true);
create policy owner_sees_own on webhook_replay_sums for all to trunkline_owner using ((customer_id = (NULLIF(current_setting('trunkline.customer_id'::text, true), ''::text))::uuid));
grant delete, insert, select, update on webhook_replay_sums to trunkline_app;

create table webhook_replays (
  id uuid not null,
  by text not null,
  filter jsonb not null,
  hash text not null,
  state text not null,
  count integer not null,
  planned integer not null default 0,
  done integer not null default 0,
  skipped integer not null default 0,
  failed integer not null default 0,
  stop_above_percent integer not null default 10,
  lease_generation integer not null default 0,
  lease_until timestamp(3) with time zone,
  finished_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  counts jsonb,
  changed integer not null default 0,
  refused integer not null default 0,
  started_at timestamp(3) with time zone,
  through_id uuid,
  constraint webhook_replays_pkey PRIMARY KEY (id),
  constraint webhook_replays_state_is_known CHECK ((state = ANY (ARRAY['planning'::text, 'planned'::text, 'running'::text, 'done'::text, 'cancelled'::text, 'stopped'::text])))
);
CREATE UNIQUE INDEX webhook_replays_one_runs_at_a_time ON public.webhook_replays USING btree (state) WHERE (state = 'running'::text);
grant delete, insert, select, update on webhook_replays to trunkline_app;

create table webhook_sources (
  id uuid not null,
  provider text not null,
  name text not null,
  secret_ciphertext text not null,
  secret_sha256 bytea not null,
  not_after timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  source text,
  added_by text,
  ended_by text,
  constraint webhook_sources_pkey PRIMARY KEY (id),
  constraint webhook_sources_secret_stands_once UNIQUE (secret_sha256),
  constraint webhook_sources_ended_by_somebody_has_an_end CHECK (((ended_by IS NULL) OR (not_after IS NOT NULL))),
  constraint webhook_sources_provider_is_known CHECK ((provider = ANY (ARRAY['retell'::text, 'twilio'::text, 'telnyx'::text, 'stripe'::text, 'standard'::text]))),
  constraint webhook_sources_standard_names_its_source CHECK (((provider = 'standard'::text) = (source IS NOT NULL)))
);
grant insert, select, update on webhook_sources to trunkline_app;

create view usage_calls with (security_invoker=true) as
 SELECT id,
    customer_id,
    event_id AS call_id,
    quantity AS seconds,
    kind,
    occurred_at,
    created_at
   FROM usage_entries
  WHERE (meter = 'call_seconds'::text);
grant select on usage_calls to trunkline_app;

create view usage_sms with (security_invoker=true) as
 SELECT id,
    customer_id,
    event_id AS message_id,
    quantity AS segments,
    kind,
    occurred_at,
    created_at
   FROM usage_entries
  WHERE (meter = 'sms_segments'::text);
grant select on usage_sms to trunkline_app;

CREATE OR REPLACE FUNCTION public.forget_audit(older_than timestamp with time zone, at_most integer)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  WITH forgotten AS (
    DELETE FROM public.audit_log WHERE id IN (
      SELECT id FROM public.audit_log
      WHERE created_at < least(older_than, now() - interval '1 year') ORDER BY id LIMIT at_most
    ) RETURNING 1
  )
  SELECT count(*)::integer FROM forgotten
$function$
;
grant execute on function forget_audit(timestamp with time zone,integer) to trunkline_app;

CREATE OR REPLACE FUNCTION public.json_at(body text, path text[])
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
BEGIN
  RETURN body::jsonb #>> path;
EXCEPTION WHEN data_exception THEN
  RETURN NULL;
END
$function$
;

CREATE OR REPLACE FUNCTION public.refuse_change_of_closed_line()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
  RAISE EXCEPTION 'a closed line never changes' USING ERRCODE = '23514';
END
$function$
;

grant usage on schema public to public;
grant usage on schema public to trunkline_app;
grant usage on schema public to trunkline_owner;
