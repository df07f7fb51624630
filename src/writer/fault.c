/*-------------------------------------------------------------------------
 *
 * fault.c
 *	  Faults of the trail: what ended a file that was not meant to end there.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/stat.h>

#include "buffer/buffer.h"
#include "server/guc.h"
#include "writer/fault.h"
#include "writer/writer.h"

void
aud_fault_note(AudWriter *w, const char *reason, const char *detail)
{
	AudWriterStat stat;

	w->after_fault = true;
	if (w->fault.reason != NULL)
		return;
	if (detail == NULL)
	{
		aud_writer_stat(&stat);
		detail = stat.last_error;
	}
	w->fault.reason = reason;
	strlcpy(w->fault.detail, detail, sizeof(w->fault.detail));
	strlcpy(w->fault.file,
			aud_buffer_position()->file_name,
			sizeof(w->fault.file));
}

bool
aud_fault_directory_is_gone(void)
{
	struct stat st;

	return lstat(aud_config->directory, &st) != 0 && errno == ENOENT;
}

void
aud_fault_check_directory(AudWriter *w)
{
	/* no trail has ever been in it: it is made for the first time */
	if (aud_buffer_position()->file_no == 0 || !aud_fault_directory_is_gone())
		return;
	aud_fault_note(w, "directory_removed", "The directory was made again.");
	w->open_reason = "fault";
}

void
aud_fault_check_start(AudWriter *w, const AudPosition *position)
{
	bool exists;

	if (position->file_no > 0 &&
		aud_trail_exists(position->file_name, &exists) && !exists)
		aud_fault_note(w,
					   "file_removed",
					   "The last file of the trail was not there at the start.");
	else if (strcmp(w->open_reason, "crash") == 0)
		aud_fault_note(w,
					   "crash",
					   "The server, or a process of it, did not end in order.");
	else if (strcmp(w->open_reason, "writer") == 0)
		aud_fault_note(w, "writer_died", "The writer was started again.");
}
