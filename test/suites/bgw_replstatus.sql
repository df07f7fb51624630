-- bgw_replstatus: a background worker that answers on a port of its own.
\set VERBOSITY terse
SELECT DISTINCT backend_type FROM pg_stat_activity WHERE backend_type ~ 'replstatus';
\! bash -c 'exec 3<>/dev/tcp/127.0.0.1/${OTHER_PORT} && cat <&3' 2>&1
SELECT pg_is_in_recovery();
