/*-------------------------------------------------------------------------
 *
 * names_foreign.h
 *	  What a relation's name does not say: that it is temporary, and where a
 *	  foreign table really is.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_NAMES_FOREIGN_H
#define AUD_FACTS_NAMES_FOREIGN_H

/*
 * Further members of the object, ,"server":"s","remote":"public.t", palloc'd;
 * "" if there are none.  *on_server is set if using the table means to read a
 * file or run a program on the server, and is left alone otherwise.
 */
extern char *aud_names_extra(Oid relid, bool *on_server);

#endif /* AUD_FACTS_NAMES_FOREIGN_H */
