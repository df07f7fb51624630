/*-------------------------------------------------------------------------
 *
 * guc_trail.c
 *	  Definitions of the settings of buffer, writer and files.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "utils/guc.h"

#include "server/directory.h"
#include "server/guc_trail.h"

static const struct config_enum_entry integrity_options[] = {
	{"off", AUD_INTEGRITY_OFF, false},
	{"chain", AUD_INTEGRITY_CHAIN, false},
	{NULL, 0, false},
};

static const struct config_enum_entry durability_options[] = {
	{"async", AUD_DURABILITY_ASYNC, false},
	{"commit", AUD_DURABILITY_COMMIT, false},
	{"statement", AUD_DURABILITY_STATEMENT, false},
	{NULL, 0, false},
};

static const struct config_enum_entry on_failure_options[] = {
	{"continue", AUD_ON_FAILURE_CONTINUE, false},
	{"block", AUD_ON_FAILURE_BLOCK, false},
	{"error", AUD_ON_FAILURE_ERROR, false},
	{"shutdown", AUD_ON_FAILURE_SHUTDOWN, false},
	{"overwrite", AUD_ON_FAILURE_OVERWRITE, false},
	{NULL, 0, false},
};

static AudConfig *config;
static char      *directory_string;

/* A control character in the directory's name could only be a mistake. */
static bool
check_directory(char **newval, void **extra, GucSource source)
{
	if (**newval == '\0')
	{
		GUC_check_errdetail("The directory of the audit trail must not be empty.");
		GUC_check_errhint("Set secaudit.directory to a directory outside of the data directory that the server's user owns, such as \"%s\".",
						  AUD_DIRECTORY_EXAMPLE);
		return false;
	}
	if (strlen(*newval) >= MAXPGPATH - 64)
	{
		GUC_check_errdetail("The directory name is too long.");
		return false;
	}
	for (const char *p = *newval; *p != '\0'; p++)
	{
		if ((unsigned char) *p < 0x20 || *p == 0x7f)
		{
			GUC_check_errdetail(
				"The directory name contains a control character.");
			return false;
		}
	}
	return true;
}

static void
assign_directory(const char *newval, void *extra)
{
	config->directory = newval;
}

/* Read and write for the owner; the group may read, nobody else anything. */
static bool
check_file_mode(int *newval, void **extra, GucSource source)
{
	if (*newval == 0600 || *newval == 0640)
		return true;
	GUC_check_errdetail("Files of the audit trail have mode 0600 or 0640.");
	return false;
}

/*
 * 0 switches these off, so their floors cannot be the ranges' ends.
 *
 * A file has 1 kB before its first record, two records after its last one, and
 * costs three syncs; below 64 kB there would soon be a file for each record,
 * and the directory would grow faster than the trail.
 */
#define ROTATION_SIZE_MIN_KB 64
/* Files would be empty but for their own records, half a million a year. */
#define ROTATION_AGE_MIN_S 60
/* A shipper that looks once a minute has to find a closed file. */
#define RETENTION_AGE_MIN_S 60

static bool
is_off_or_from(int value, int least, const char *text)
{
	if (value == 0 || value >= least)
		return true;
	GUC_check_errdetail("Valid values are 0, for none, and from %s on.", text);
	return false;
}

static bool
check_rotation_size(int *newval, void **extra, GucSource source)
{
	return is_off_or_from(*newval, ROTATION_SIZE_MIN_KB, "64kB");
}

static bool
check_rotation_age(int *newval, void **extra, GucSource source)
{
	return is_off_or_from(*newval, ROTATION_AGE_MIN_S, "1min");
}

static bool
check_retention_age(int *newval, void **extra, GucSource source)
{
	return is_off_or_from(*newval, RETENTION_AGE_MIN_S, "1min");
}

static const char *
show_file_mode(void)
{
	static char text[8];

	snprintf(text, sizeof(text), "%04o", config->file_mode);
	return text;
}

static void
define_place_settings(void)
{
	DefineCustomStringVariable("secaudit.directory",
							   "Directory of the audit trail, absolute or relative to the data directory.",
							   NULL,
							   &directory_string,
							   "secaudit",
							   PGC_POSTMASTER,
							   GUC_SUPERUSER_ONLY | GUC_NOT_IN_SAMPLE,
							   check_directory,
							   assign_directory,
							   NULL);
	/* room for the largest record four times, see append.c */
	DefineCustomIntVariable("secaudit.buffer_size",
							"Size of the buffer between the backends and the writer.",
							NULL,
							&config->buffer_size_kb,
							16 * 1024,
							1024,
							4 * 1024 * 1024 - 1024,
							PGC_POSTMASTER,
							GUC_UNIT_KB | GUC_NOT_IN_SAMPLE,
							NULL,
							NULL,
							NULL);
	/* below it the disk would have nothing but syncs, of a few ms each */
	DefineCustomIntVariable("secaudit.flush_interval",
							"Longest time that a record waits in the buffer before it is written.",
							NULL,
							&config->flush_interval_ms,
							200,
							10,
							60 * 1000,
							PGC_SIGHUP,
							GUC_UNIT_MS | GUC_NOT_IN_SAMPLE,
							NULL,
							NULL,
							NULL);
	DefineCustomIntVariable("secaudit.file_mode",
							"Permissions of the files of the audit trail.",
							"0600, or 0640 to let a group read them.",
							&config->file_mode,
							0600,
							0,
							0777,
							PGC_SIGHUP,
							GUC_NOT_IN_SAMPLE,
							check_file_mode,
							NULL,
							show_file_mode);
}

static void
define_file_settings(void)
{
	DefineCustomIntVariable("secaudit.rotation_size",
							"Size at which a new file is begun.",
							"0: files of any size.",
							&config->rotation_size_kb,
							256 * 1024,
							0,
							MAX_KILOBYTES,
							PGC_SIGHUP,
							GUC_UNIT_KB | GUC_NOT_IN_SAMPLE,
							check_rotation_size,
							NULL,
							NULL);
	DefineCustomIntVariable("secaudit.rotation_age",
							"Age at which a new file is begun.",
							"0: files of any age.",
							&config->rotation_age_s,
							24 * 60 * 60,
							0,
							INT_MAX / 1000,
							PGC_SIGHUP,
							GUC_UNIT_S | GUC_NOT_IN_SAMPLE,
							check_rotation_age,
							NULL,
							NULL);
	DefineCustomIntVariable("secaudit.retention_age",
							"Age at which a closed file is deleted.",
							"0: files are kept.",
							&config->retention_age_s,
							0,
							0,
							INT_MAX / 2,
							PGC_SIGHUP,
							GUC_UNIT_S | GUC_NOT_IN_SAMPLE,
							check_retention_age,
							NULL,
							NULL);
	/* at least 1MB, which is sixteen of the smallest files */
	DefineCustomIntVariable("secaudit.retention_size",
							"Size of all files at which the oldest one is deleted.",
							"0: files are kept.",
							&config->retention_size_mb,
							0,
							0,
							INT_MAX / 2,
							PGC_SIGHUP,
							GUC_UNIT_MB | GUC_NOT_IN_SAMPLE,
							NULL,
							NULL,
							NULL);
}

static void
define_shipping_settings(void)
{
	DefineCustomBoolVariable("secaudit.expire_unshipped",
							 "May files be deleted that nobody has marked as shipped?",
							 "\"off\": retention waits for \"secauditctl shipped\".",
							 &config->expire_unshipped,
							 true,
							 PGC_SIGHUP,
							 GUC_NOT_IN_SAMPLE,
							 NULL,
							 NULL,
							 NULL);
}

static void
define_integrity_settings(void)
{
	DefineCustomEnumVariable("secaudit.integrity",
							 "What protects the trail against changes.",
							 "\"off\": numbers only; \"chain\": a hash chain over all records.",
							 &config->integrity,
							 AUD_INTEGRITY_CHAIN,
							 integrity_options,
							 PGC_SIGHUP,
							 GUC_NOT_IN_SAMPLE,
							 NULL,
							 NULL,
							 NULL);
	/* each costs a record and a message in the WAL */
	DefineCustomIntVariable("secaudit.checkpoint_interval",
							"How often a checkpoint record is written while there is activity.",
							NULL,
							&config->checkpoint_interval_ms,
							10 * 1000,
							100,
							3600 * 1000,
							PGC_SIGHUP,
							GUC_UNIT_MS | GUC_NOT_IN_SAMPLE,
							NULL,
							NULL,
							NULL);
}

static void
define_promise_settings(void)
{
	DefineCustomEnumVariable("secaudit.durability",
							 "When a record has to be on disk.",
							 "\"async\": within flush_interval; \"commit\": before its transaction commits; \"statement\": before its statement is answered.",
							 &config->durability,
							 AUD_DURABILITY_ASYNC,
							 durability_options,
							 PGC_SIGHUP,
							 GUC_NOT_IN_SAMPLE,
							 NULL,
							 NULL,
							 NULL);
	DefineCustomEnumVariable("secaudit.on_failure",
							 "What happens when the trail cannot be written.",
							 "\"continue\": records are counted as lost; \"block\": statements wait; \"error\": statements are refused; \"shutdown\": the server stops; \"overwrite\": the oldest files are deleted.",
							 &config->on_failure,
							 AUD_ON_FAILURE_CONTINUE,
							 on_failure_options,
							 PGC_SIGHUP,
							 GUC_NOT_IN_SAMPLE,
							 NULL,
							 NULL,
							 NULL);
	/* a writer that waits for one slow sync has not failed */
	DefineCustomIntVariable("secaudit.failure_timeout",
							"How long the trail may not be written before secaudit.on_failure decides.",
							NULL,
							&config->failure_timeout_ms,
							5000,
							100,
							3600 * 1000,
							PGC_SIGHUP,
							GUC_UNIT_MS | GUC_NOT_IN_SAMPLE,
							NULL,
							NULL,
							NULL);
	DefineCustomIntVariable("secaudit.warn_percent",
							"How full the volume of the trail may be before there is an alarm.",
							NULL,
							&config->warn_percent,
							75,
							1,
							100,
							PGC_SIGHUP,
							GUC_NOT_IN_SAMPLE,
							NULL,
							NULL,
							NULL);
}

void
aud_guc_define_trail(AudConfig *c)
{
	config = c;
	define_place_settings();
	define_file_settings();
	define_shipping_settings();
	define_integrity_settings();
	define_promise_settings();
}
