/*-------------------------------------------------------------------------
 *
 * files.c
 *	  Is the file being written still what and where it was?  Others may have
 *	  touched, moved or removed it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/stat.h>
#include <unistd.h>

#include "writer/fault.h"
#include "writer/files.h"
#include "writer/on_failure.h"

/* Leave the current file as it is and begin another. */
static void
leave_file(AudWriter *w, AudTrailTail tail)
{
	w->next_no = w->file.no + 1;
	w->tail = tail;
	w->open_reason = "fault";
	aud_trail_close(&w->file);
}

bool
aud_files_is_size(const AudWriter *w, uint64 expected)
{
	struct stat st;

	return fstat(w->file.fd, &st) == 0 && (uint64) st.st_size == expected;
}

/* Is the file that we write to still the one under its name? */
static bool
has_its_name(const AudWriter *w, bool *name_is_free)
{
	char        path[MAXPGPATH];
	struct stat ours;
	struct stat named;

	*name_is_free = false;
	aud_trail_path(w->file.name, path);
	if (lstat(path, &named) != 0)
	{
		*name_is_free = errno == ENOENT;
		return errno != ENOENT;
	}
	if (fstat(w->file.fd, &ours) != 0)
		return true;
	return named.st_ino == ours.st_ino && named.st_dev == ours.st_dev;
}

/*
 * The file was removed or renamed.  What it held is still to be had through
 * our descriptor, so it is put back under its name: a copy, byte by byte.
 */
static bool
restore_file(AudWriter *w)
{
	uint64       size = aud_buffer_position()->file_size;
	AudTrailFile copy = {.fd = -1};

	if (!aud_trail_create(&copy, w->file.no, w->file.name))
	{
		aud_on_failure_report(w, "put a removed file back");
		return false;
	}
	if (!aud_trail_copy(&w->file, &copy, size) || !aud_trail_sync(&copy))
	{
		aud_on_failure_report(w, "put a removed file back");
		aud_trail_discard(&copy);
		return false;
	}
	aud_trail_close(&copy);
	return true;
}

/* Before it is put back, which makes the directory again as well. */
static void
note_removed(AudWriter *w)
{
	if (aud_fault_directory_is_gone())
		aud_fault_note(w,
					   "directory_removed",
					   "The current file was put back into a new one.");
	else
		aud_fault_note(w,
					   "file_removed",
					   "The current file was removed or renamed; it was put back.");
}

bool
aud_files_check(AudWriter *w)
{
	bool name_is_free;

	if (w->file.fd < 0)
		aud_fault_check_directory(w);
	if (w->file.fd < 0 || !w->file_is_safe)
		return true;
	if (!has_its_name(w, &name_is_free))
	{
		if (name_is_free)
			note_removed(w);
		if (name_is_free && !restore_file(w))
			return false;
		aud_on_failure_warn(
			name_is_free
				? "the current file was removed or renamed; it was put back"
				: "another file has taken the place of the current one");
		aud_fault_note(w, "file_replaced", NULL);
		leave_file(w, AUD_TAIL_NONE);
	}
	else if (!aud_files_is_size(w, aud_buffer_position()->file_size))
	{
		aud_on_failure_warn("somebody else has changed the current file");
		aud_fault_note(w, "file_changed", NULL);
		leave_file(w, AUD_TAIL_FOREIGN);
	}
	return true;
}
