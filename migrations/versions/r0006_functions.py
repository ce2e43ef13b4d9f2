"""The functions that act for a user, and the few that have to act before there is one.

Those that reach past row-level security run as the owner, with a pinned search path, for one role each.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The user of this transaction, as set by set_config('medha.user_id', ..., true); null when there is none.
APP_USER = """
CREATE FUNCTION app_user() RETURNS uuid LANGUAGE sql STABLE
RETURN nullif(current_setting('medha.user_id', true), '')::uuid
"""

# A role that was taken on at connect stands in `role`; one that logged in by itself in session_user.
APP_ROLE = """
CREATE FUNCTION app_role() RETURNS text LANGUAGE sql STABLE
RETURN coalesce(nullif(current_setting('role'), 'none'), session_user)
"""

# Positions come from the user's head row, locked until commit: dense, and in commit order.
APPEND_EVENTS = """
CREATE FUNCTION append_events(user_id uuid, drafts jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    added CONSTANT bigint NOT NULL := jsonb_array_length(drafts);
    head bigint;
BEGIN
    IF app_role() <> 'medha_engine' AND append_events.user_id IS DISTINCT FROM app_user() THEN
        RAISE EXCEPTION 'events of another user' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO event_heads AS h (user_id, position, pruned_to) VALUES (append_events.user_id, added, 0)
    ON CONFLICT (user_id) DO UPDATE SET position = h.position + added
    RETURNING position INTO head;
    INSERT INTO events (user_id, position, run_id, kind, payload, at)
    SELECT append_events.user_id, head - added + place, (draft->>'run_id')::uuid, draft->>'kind',
           draft->'payload', clock_timestamp()
    FROM jsonb_array_elements(drafts) WITH ORDINALITY AS listed (draft, place);
    RETURN head;
END $$
"""

# One registration at a time, or two first users would both become ADMIN.
REGISTER_USER = """
CREATE FUNCTION register_user(email text, password_hash text, demo boolean) RETURNS SETOF users
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('medha.register_user'));
    RETURN QUERY
    INSERT INTO users (id, email, password_hash, role, demo, created_at)
    VALUES (
        gen_random_uuid(), register_user.email, register_user.password_hash,
        CASE WHEN register_user.demo OR EXISTS (SELECT FROM users WHERE role = 'ADMIN')
             THEN 'TRADER' ELSE 'ADMIN' END,
        register_user.demo, clock_timestamp()
    )
    ON CONFLICT (lower(email)) DO NOTHING
    RETURNING *;
END $$
"""

FIND_LOGIN = """
CREATE FUNCTION find_login(email text)
RETURNS TABLE (id uuid, password_hash text, role text, disabled boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.id, u.password_hash, u.role, u.disabled_at IS NOT NULL
    FROM users u WHERE lower(u.email) = lower(find_login.email)
$$
"""

# `reused`: the hash is of a token that was already exchanged, so the whole family has to go.
FIND_SESSION = """
CREATE FUNCTION find_session(refresh_hash bytea)
RETURNS TABLE (id uuid, user_id uuid, reused boolean, expires_at timestamptz, revoked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.user_id, s.refresh_hash <> find_session.refresh_hash, s.expires_at, s.revoked_at
    FROM sessions s
    WHERE find_session.refresh_hash IN (s.refresh_hash, s.previous_hash)
    ORDER BY 3 LIMIT 1
$$
"""

FIND_API_KEY = """
CREATE FUNCTION find_api_key(key_hash bytea)
RETURNS TABLE (id uuid, user_id uuid, scopes text[], expires_at timestamptz, revoked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.user_id, k.scopes, k.expires_at, k.revoked_at
    FROM api_keys k WHERE k.key_hash = find_api_key.key_hash
$$
"""

# Every account has the head of its chain from the start: an append finds a row to lock.
OPEN_AUDIT_CHAIN = """
CREATE FUNCTION open_audit_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_heads (broker_account_id, user_id, position, hash)
    VALUES (NEW.id, NEW.user_id, 0, decode(repeat('00', 32), 'hex'));
    RETURN NULL;
END $$
"""
OPENS_AUDIT_CHAIN = """
CREATE TRIGGER opens_audit_chain AFTER INSERT ON broker_accounts
FOR EACH ROW EXECUTE FUNCTION open_audit_chain()
"""

FUNCTIONS = {
    "app_user()": (APP_USER, "medha_api, medha_engine"),
    "app_role()": (APP_ROLE, "medha_api, medha_engine"),
    "append_events(uuid, jsonb)": (APPEND_EVENTS, "medha_api, medha_engine"),
    "register_user(text, text, boolean)": (REGISTER_USER, "medha_api"),
    "find_login(text)": (FIND_LOGIN, "medha_api"),
    "find_session(bytea)": (FIND_SESSION, "medha_api"),
    "find_api_key(bytea)": (FIND_API_KEY, "medha_api"),
    "open_audit_chain()": (OPEN_AUDIT_CHAIN, None),
}


def upgrade() -> None:
    """Make the functions; nobody but the roles named may call them."""
    for signature, (definition, callers) in FUNCTIONS.items():
        op.execute(definition)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        if callers:
            op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {callers}")
    op.execute(OPENS_AUDIT_CHAIN)


def downgrade() -> None:
    """Drop the trigger and the functions."""
    op.execute("DROP TRIGGER opens_audit_chain ON broker_accounts")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
