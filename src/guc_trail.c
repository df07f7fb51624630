/*-------------------------------------------------------------------------
 *
 * guc_trail.c
 *	  Definitions of the settings of buffer, writer and files.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/guc.h"

#include "guc_trail.h"

static AudConfig *config;
static char      *directory_string;

/* A control character in the directory's name could only be a mistake. */
static bool
check_directory(char **newval, void **extra, GucSource source)
{
	if (**newval == '\0')
	{
		GUC_check_errdetail("The directory of the audit trail must not be empty.");
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

static const char *
show_file_mode(void)
{
	static char text[8];

	snprintf(text, sizeof(text), "%04o", config->file_mode);
	return text;
}

void
aud_guc_define_trail(AudConfig *c)
{
	config = c;
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
	DefineCustomIntVariable("secaudit.flush_interval",
							"Longest time that a record waits in the buffer before it is written.",
							NULL,
							&config->flush_interval_ms,
							200,
							1,
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
	DefineCustomIntVariable("secaudit.failure_timeout",
							"How long a statement waits for space in the buffer before the trail counts as broken.",
							NULL,
							&config->failure_timeout_ms,
							5000,
							0,
							3600 * 1000,
							PGC_SIGHUP,
							GUC_UNIT_MS | GUC_NOT_IN_SAMPLE,
							NULL,
							NULL,
							NULL);
}
