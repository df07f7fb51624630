/*-------------------------------------------------------------------------
 *
 * ctl.h
 *	  What the subcommands of secauditctl share.
 *
 * Exit codes are the same for every subcommand: 0 all is well, 1 the trail
 * (or what was to be checked) is not as it should be, 2 the job could not be
 * done (usage, files that cannot be read).  Messages go to stderr as
 *"secauditctl: ...".
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_CTL_H
#define AUD_BIN_CTL_H

#include "bin/term.h"
#include "core/error.h"
#include "core/reader/reader.h"
#include "core/version.h"

#define AUD_EXIT_OK      0
#define AUD_EXIT_FAULT   1
#define AUD_EXIT_TROUBLE 2

#define AUD_CTL_VERSION "secauditctl (secaudit) " AUD_VERSION

/* Subcommands: argv[0] is the subcommand's name. */
extern int aud_cmd_archive(int argc, char **argv);
extern int aud_cmd_compliance(int argc, char **argv);
extern int aud_cmd_convert(int argc, char **argv);
extern int aud_cmd_evidence(int argc, char **argv);
extern int aud_cmd_index(int argc, char **argv);
extern int aud_cmd_info(int argc, char **argv);
extern int aud_cmd_report(int argc, char **argv);
extern int aud_cmd_rules(int argc, char **argv);
extern int aud_cmd_search(int argc, char **argv);
extern int aud_cmd_shipped(int argc, char **argv);
extern int aud_cmd_session(int argc, char **argv);
extern int aud_cmd_show(int argc, char **argv);
extern int aud_cmd_stats(int argc, char **argv);
extern int aud_cmd_tail(int argc, char **argv);
extern int aud_cmd_token(int argc, char **argv);
extern int aud_cmd_verify(int argc, char **argv);

/* Report on stderr, with errno's text where there is one. */
extern void aud_ctl_error(const AudError *err);
extern void aud_ctl_complain(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

/* After a complaint about a word: the nearest that is known; NULL: none is near. */
extern void aud_ctl_nearest(const char *name);

/* As realloc(); memory running out ends the program. */
extern void *aud_ctl_grow(void *old, size_t bytes);

/*
 * Options that every subcommand has, and errors of getopt_long(), which the
 * subcommand calls with opterr = 0 and a leading ':'.  True: done, with
 * *status to be returned.  help may be called.
 */
extern bool aud_ctl_common_option(int c, char **argv, const char *command,
								  void (*help)(void), int *status);

/* Value of the long option --help; the short ones are -? and -V. */
#define AUD_OPT_HELP 1000

/* The value of --color; false, and reported, if it is none. */
extern bool aud_ctl_color(const char *arg, AudColorWhen *when);

/* "Try ... --help"; returns AUD_EXIT_TROUBLE. */
extern int aud_ctl_usage_error(const char *command);

/* Close stdout and say so if something did not get through; the exit code. */
extern int aud_ctl_finish(int code);

/*
 * Where no operands are given, let $SECAUDIT_DIRECTORY be the only one.
 * False, and reported, if that is not set either.
 */
extern bool aud_ctl_operands(int *argc, char ***argv, const char *command);

/*
 * Fill list from the operands.  What cannot be read is reported and makes the
 * result false; the rest is in the list all the same.
 */
extern bool aud_ctl_list(AudReaderList *list, int argc, char **argv);

/* The same, and false, and reported, if there are none at all. */
extern bool aud_ctl_find(AudReaderList *list, int argc, char **argv);

/* Are they files, and not directories: a choice, of which others may be missing? */
extern bool aud_ctl_only_files(int argc, char **argv);

#endif /* AUD_BIN_CTL_H */
