-- secaudit 1.2: an application's own events.

\echo Use "ALTER EXTENSION secaudit UPDATE TO '1.2'" to load this file. \quit

CREATE FUNCTION secaudit.record(
	event text,                       -- a name like "order.approved"
	detail jsonb DEFAULT '{}')
RETURNS void
AS 'MODULE_PATHNAME', 'secaudit_record'
LANGUAGE C VOLATILE PARALLEL RESTRICTED;

REVOKE ALL ON FUNCTION secaudit.record(text, jsonb) FROM PUBLIC;

COMMENT ON FUNCTION secaudit.record(text, jsonb) IS
	'puts an event "custom" of this name and detail, an object, into the trail; for applications';
