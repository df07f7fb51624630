--
-- Everything that the extension has is explained in the database.
--
CREATE EXTENSION secaudit;

-- From 17 on the row and array types, which belong to other members, are members too.
CREATE TEMP TABLE members AS
	SELECT classid, objid FROM pg_depend d
	WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
		AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'secaudit')
		AND NOT EXISTS (SELECT FROM pg_depend o
			WHERE o.classid = d.classid AND o.objid = d.objid AND o.deptype = 'i');

-- What there is: a new member is to be added here, with its comment.
SELECT i.type, i.identity, obj_description(m.objid, m.classid::regclass::text::name) AS comment
FROM members m, pg_identify_object(m.classid, m.objid, 0) i
ORDER BY i.type COLLATE "C", i.identity COLLATE "C";

-- No member without a comment, and no column.
SELECT count(*) AS without FROM members m
WHERE obj_description(m.objid, m.classid::regclass::text::name) IS NULL;
SELECT c.relname, a.attname AS without
FROM members m
	LEFT JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid
	JOIN pg_class c ON c.oid = CASE WHEN m.classid = 'pg_class'::regclass THEN m.objid ELSE t.typrelid END
	JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE col_description(c.oid, a.attnum) IS NULL;
SELECT count(*) > 20 AS columns
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'secaudit'::regnamespace AND col_description(c.oid, a.attnum) IS NOT NULL;

DROP EXTENSION secaudit;
