-- Secrets that the program has to say again are kept sealed (platform/secrets/vault.ts), as JSON. What was written before
-- that stands open and begins otherwise; it is sealed when a server starts. Empty: ended.

comment on column webhook_endpoints.secret is 'sealed, as JSON; empty once the endpoint is removed';
comment on column webhook_endpoints.previous_secret is 'sealed, as JSON';
comment on column in_app_keys.secret is 'sealed, as JSON; empty once the key is revoked';
