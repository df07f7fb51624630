--
-- The shape of secaudit.compliance_check(); t/150_compliance_check.pl has the results.
--
CREATE EXTENSION secaudit;
SELECT attname, atttypid::regtype FROM pg_proc p, unnest(proallargtypes, proargnames, proargmodes) AS a(atttypid, attname, mode)
WHERE p.oid = 'secaudit.compliance_check(text)'::regprocedure AND mode = 't';

-- Every check is whole: who asks, what is asked, what is to be done.
SELECT check_id FROM secaudit.checks()
WHERE title IS NULL OR severity NOT IN ('high', 'medium', 'low') OR scope NOT IN ('cluster', 'database')
	OR kind NOT IN ('rows', 'approved', 'settings', 'verdict', 'manual') OR expected IS NULL OR remediation IS NULL
	OR (kind IN ('rows', 'approved', 'verdict')) <> (query IS NOT NULL) OR (kind = 'settings') <> (want IS NOT NULL AND NOT want ? 'if')
	OR (kind = 'approved' AND approved IS NULL)
	OR (cardinality(controls) = 0 AND other IS NULL)
	OR NOT profiles <@ '{stig,pci,hipaa,gdpr,cis}';
SELECT count(*), count(DISTINCT check_id) FROM secaudit.checks();
SELECT count(*), count(DISTINCT control), count(DISTINCT srg) FROM secaudit.controls();
-- No check names a control that is not there, and each control of the catalogue is text that it should be.
SELECT check_id, c FROM secaudit.checks(), unnest(controls) c WHERE c NOT IN (SELECT control FROM secaudit.controls());
SELECT control FROM secaudit.controls() WHERE srg !~ '^SRG-APP-\d{6}-DB-\d{6}$' OR stig_16 !~ '^CD16-00-\d{6}$'
	OR stig_15 !~ '^(CD12-00-\d{6}(,CD12-00-\d{6})*)?$' OR cci !~ '^CCI-\d{6}(,CCI-\d{6})*$';

-- No check gives an error, in any profile, and each has a result.
SELECT p AS profile, count(*), count(*) FILTER (WHERE status IN ('pass', 'fail', 'manual', 'not_applicable')) AS known,
	count(*) FILTER (WHERE observed IS NULL OR evidence IS NULL OR refs IS NULL OR scope IS NULL OR checked_at IS NULL) AS holes
FROM unnest('{stig,pci,hipaa,gdpr,cis}'::text[]) p, secaudit.compliance_check(p) GROUP BY p ORDER BY p;
SELECT count(*) FROM secaudit.compliance_check('none');
SELECT count(*) FROM secaudit.compliance_check(NULL);

-- An error of one check is its result.
SELECT status, observed, evidence FROM secaudit.check_one('rows', NULL, 'SELECT 1/0 AS name', true, '{}', 'stig');

-- What has been kept can be checked.
SELECT profile, sha256 = encode(sha256(convert_to(results::text, 'UTF8')), 'hex') AS same,
	jsonb_array_length(results) = (SELECT sum(value::integer) FROM jsonb_each_text(counts)) AS whole
FROM secaudit.compliance_run ORDER BY profile;
DROP EXTENSION secaudit;
DROP ROLE secaudit_auditor;
