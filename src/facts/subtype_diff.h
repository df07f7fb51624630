/*-------------------------------------------------------------------------
 *
 * subtype_diff.h
 *	  The subtype_diff of a range type: the one support function of a type that
 *	  needs no superuser, and that GiST and ANALYZE call without asking whether
 *	  they may.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_SUBTYPE_DIFF_H
#define AUD_FACTS_SUBTYPE_DIFF_H

/*
 * Does a range type measure distances with this function of a user?  Cheap but
 * after a change of pg_range.  In a transaction; may throw.
 */
extern bool aud_subtype_diff_is(Oid funcid);

#endif /* AUD_FACTS_SUBTYPE_DIFF_H */
