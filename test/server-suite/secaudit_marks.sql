-- Labels of every kind on what the suite uses, by its first test or all through.
DO $$
BEGIN
	EXECUTE format('SECURITY LABEL FOR secaudit ON ROLE %I IS ''suite-role''', current_user);
	EXECUTE format('SECURITY LABEL FOR secaudit ON DATABASE %I IS ''suite-db''', current_database());
END $$;
SECURITY LABEL FOR secaudit ON SCHEMA public IS 'suite-schema';
SECURITY LABEL FOR secaudit ON SCHEMA pg_catalog IS 'suite-catalog';
SECURITY LABEL FOR secaudit ON TABLE onek IS 'suite-table, second';
SECURITY LABEL FOR secaudit ON TABLE tenk1 IS 'suite-table';
SECURITY LABEL FOR secaudit ON TABLE person IS 'suite-parent';
SECURITY LABEL FOR secaudit ON COLUMN tenk1.unique1 IS 'suite-column';
SECURITY LABEL FOR secaudit ON COLUMN int4_tbl.f1 IS 'suite-column';
SECURITY LABEL FOR secaudit ON FUNCTION pg_catalog.int4pl(int4, int4) IS 'suite-function';
SELECT objtype, objname, label FROM pg_seclabels WHERE provider = 'secaudit' AND objtype NOT IN ('role', 'database') ORDER BY 1, 2, 3;
