/*-------------------------------------------------------------------------
 *
 * files.c
 *	  The files of a trail, in reading order.
 *
 * The order is that of the file numbers, not of the clock: clocks are set
 * back.  A directory may hold the files of several trails (a cluster was
 * created anew, or moved), so files are grouped by the trail's id from their
 * first line, and only the groups are ordered by time.
 *
 *-------------------------------------------------------------------------
 */
#include "core/reader/reader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json_scan.h"
#include "core/log_name.h"

#define NAME_PREFIX "secaudit-"
#define NAME_SUFFIX ".jsonl"

static bool
all_digits(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return n > 0;
}

bool
aud_reader_parse_name(const char *name, char *started, uint64_t *number)
{
	const char *ts = name + strlen(NAME_PREFIX);
	const char *digits;
	size_t      n;
	size_t      stem;

	if (strncmp(name, NAME_PREFIX, strlen(NAME_PREFIX)) != 0)
		return false;
	if (strlen(ts) < 17 || !all_digits(ts, 8) || ts[8] != 'T' ||
		!all_digits(ts + 9, 6) || ts[15] != 'Z' || ts[16] != '-')
		return false;

	/* six digits at least; a trail may live past file 999,999 */
	digits = ts + 17;
	n = strspn(digits, "0123456789");
	aud_source_kind_of_name(digits, &stem);
	if (n < 6 || n > 18 || stem != n + strlen(NAME_SUFFIX) ||
		strncmp(digits + n, NAME_SUFFIX, strlen(NAME_SUFFIX)) != 0)
		return false;

	if (started != NULL)
	{
		memcpy(started, ts, 16);
		started[16] = '\0';
	}
	if (number != NULL)
		*number = strtoull(digits, NULL, 10);
	return true;
}

bool
aud_reader_same_file(const char *a, const char *b)
{
	size_t a_len;
	size_t b_len;

	aud_source_kind_of_name(a, &a_len);
	aud_source_kind_of_name(b, &b_len);
	return a_len == b_len && memcmp(a, b, a_len) == 0;
}

static bool
is_log_id(const char *s)
{
	return aud_log_name_begins(s) && s[AUD_LOG_NAME_LEN] == '\0';
}

/* What an audit.open record says about the file, or the trail, before. */
static void
read_link(AudReaderFile *f, const AudLine *line)
{
	if (!aud_json_find_is(line->data, line->len, "event", "audit.open"))
		return;
	if (aud_json_find_copy(line->data,
						   line->len,
						   "prev_file",
						   f->prev_file,
						   sizeof(f->prev_file)) &&
		!aud_json_find_uint(line->data, line->len, "prev_bytes", &f->prev_bytes))
		f->prev_file[0] = '\0';
	if (!aud_json_find_copy(line->data,
							line->len,
							"prev_log",
							f->prev_log,
							sizeof(f->prev_log)) ||
		!is_log_id(f->prev_log))
		f->prev_log[0] = '\0';
}

/*
 * Read the first lines: the link to the file before, and the trail's id.
 * Where the first two lines disagree about the latter one of them was tampered
 * with, and a third one decides: a file must not leave its trail because one
 * byte of one line changed.
 */
static void
examine(AudReaderFile *f)
{
	AudReader r;
	AudLine   line;
	char      seen[3][17] = {"", "", ""};
	int       n = 0;

	if (!aud_reader_open(&r, f->path, NULL))
		return;
	while (n < 3 && r.line < 16 &&
		   aud_reader_next(&r, &line, NULL) == AUD_READ_LINE)
	{
		char id[32];

		if (line.number == 1)
			read_link(f, &line);
		if (aud_json_find_copy(line.data, line.len, "log", id, sizeof(id)) &&
			is_log_id(id))
			strcpy(seen[n++], id);
		if (n == 2 && strcmp(seen[0], seen[1]) == 0)
			break;
	}
	aud_reader_close(&r);
	strcpy(f->log, n == 3 && strcmp(seen[1], seen[2]) == 0 ? seen[1] : seen[0]);
}

/*
 * gcc's analyzer loses sight of a path once it is in the list, which owns it,
 * and calls it leaked.
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

/* The entry of this file, whichever of its forms it is; NULL: none. */
static AudReaderFile *
find_entry(AudReaderList *list, const char *path)
{
	for (size_t i = 0; i < list->count; i++)
		if (aud_reader_same_file(list->files[i].path, path))
			return &list->files[i];
	return NULL;
}

/* path is taken over. */
static void
fill_entry(AudReaderFile *f, char *path)
{
	const char *slash = strrchr(path, '/');

	memset(f, 0, sizeof(*f));
	f->path = path;
	f->name = slash ? slash + 1 : path;
	aud_reader_parse_name(f->name, f->started, &f->number);
	f->bytes = AUD_READER_ALL;
	examine(f);
	f->orphan = f->log[0] == '\0';
}

/* path is taken over, also on failure. */
static bool
add_file(AudReaderList *list, char *path, AudError *err)
{
	AudReaderFile *f = path != NULL ? find_entry(list, path) : NULL;

	if (f != NULL && aud_source_kind_of_name(f->path, NULL) <=
						 aud_source_kind_of_name(path, NULL))
	{
		free(path);
		return true;
	}
	if (f != NULL)
	{
		free(f->path);
		fill_entry(f, path);
		return true;
	}
	if (list->count == list->cap)
	{
		size_t         cap = list->cap ? list->cap * 2 : 16;
		AudReaderFile *bigger = realloc(list->files, cap * sizeof(*bigger));

		if (bigger != NULL)
		{
			list->files = bigger;
			list->cap = cap;
		}
	}
	if (path == NULL || list->count == list->cap)
	{
		aud_error_set(err, ENOMEM, "could not list the trail's files");
		free(path);
		return false;
	}

	fill_entry(&list->files[list->count++], path);
	return true;
}

static char *
join_path(const char *dir, const char *name)
{
	size_t dir_len = strlen(dir);
	char  *path = malloc(dir_len + strlen(name) + 2);

	while (dir_len > 1 && dir[dir_len - 1] == '/')
		dir_len--;
	if (path != NULL)
	{
		memcpy(path, dir, dir_len);
		path[dir_len] = '/';
		strcpy(path + dir_len + 1, name);
	}
	return path;
}

static bool
add_directory(AudReaderList *list, const char *path, AudError *err)
{
	DIR           *dir = opendir(path);
	struct dirent *entry;
	bool           ok = true;

	if (dir == NULL)
	{
		aud_error_set(err, errno, "could not open directory \"%s\"", path);
		return false;
	}
	while (ok && (errno = 0, entry = readdir(dir)) != NULL)
		if (aud_reader_parse_name(entry->d_name, NULL, NULL))
			ok = add_file(list, join_path(path, entry->d_name), err);
	if (ok && errno != 0)
	{
		aud_error_set(err, errno, "could not read directory \"%s\"", path);
		ok = false;
	}
	closedir(dir);
	return ok;
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/* A file with the start of its trail's newest file: the sort key. */
typedef struct SortEntry
{
	AudReaderFile file;
	const char   *group_started;
} SortEntry;

static int
compare_entries(const void *a, const void *b)
{
	const SortEntry *x = a;
	const SortEntry *y = b;
	int              c;

	if ((c = strcmp(x->group_started, y->group_started)) != 0)
		return c;
	if ((c = strcmp(x->file.log, y->file.log)) != 0)
		return c;
	if (x->file.number != y->file.number)
		return x->file.number < y->file.number ? -1 : 1;
	return strcmp(x->file.path, y->file.path);
}

static int
compare_logs(const void *a, const void *b)
{
	const SortEntry *x = a;
	const SortEntry *y = b;
	int              c = strcmp(x->file.log, y->file.log);

	return c != 0 ? c : strcmp(y->file.started, x->file.started);
}

/*
 * A file without one readable line belongs to the trail of the file that was
 * begun before it, or of the first one: an empty file is one that was cut.
 */
static void
adopt_orphan(const AudReaderList *list, AudReaderFile *orphan)
{
	const AudReaderFile *best = NULL;

	for (size_t i = 0; i < list->count; i++)
	{
		const AudReaderFile *f = &list->files[i];
		bool f_before = strcmp(f->started, orphan->started) <= 0;
		bool best_before =
			best != NULL && strcmp(best->started, orphan->started) <= 0;

		if (f->log[0] == '\0' || f->orphan)
			continue;
		if (best == NULL || (f_before && !best_before) ||
			(f_before == best_before &&
			 (strcmp(f->started, best->started) > 0) == f_before))
			best = f;
	}
	if (best != NULL)
		strcpy(orphan->log, best->log);
}

static void
adopt_orphans(AudReaderList *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->files[i].orphan)
			adopt_orphan(list, &list->files[i]);
}

/* Let each file's open record say how much of the one before counts. */
static void
apply_links(AudReaderList *list)
{
	for (size_t i = 0; i < list->count; i++)
		list->files[i].bytes = AUD_READER_ALL;
	for (size_t i = 1; i < list->count; i++)
	{
		AudReaderFile *before = &list->files[i - 1];
		AudReaderFile *f = &list->files[i];

		if (strcmp(before->log, f->log) == 0 &&
			aud_reader_same_file(before->name, f->prev_file))
			before->bytes = f->prev_bytes;
	}
}

/*
 * Sorted by (log, newest first), each group's first entry is its newest file;
 * its start is then every member's first key.
 */
static bool
sort_list(AudReaderList *list, AudError *err)
{
	SortEntry *entries = calloc(list->count + 1, sizeof(*entries));
	size_t     newest = 0;
	char(*starts)[17] = calloc(list->count + 1, sizeof(*starts));

	if (entries == NULL || starts == NULL)
	{
		free(entries);
		free(starts);
		aud_error_set(err, ENOMEM, "could not sort the trail's files");
		return false;
	}
	adopt_orphans(list);
	for (size_t i = 0; i < list->count; i++)
		entries[i].file = list->files[i];
	qsort(entries, list->count, sizeof(*entries), compare_logs);
	for (size_t i = 0; i < list->count; i++)
	{
		strcpy(starts[i], entries[i].file.started);
		if (strcmp(entries[i].file.log, entries[newest].file.log) != 0)
			newest = i;
		entries[i].group_started = starts[newest];
	}
	qsort(entries, list->count, sizeof(*entries), compare_entries);
	for (size_t i = 0; i < list->count; i++)
		list->files[i] = entries[i].file;
	apply_links(list);
	free(entries);
	free(starts);
	return true;
}

bool
aud_reader_list_add(AudReaderList *list, const char *path, AudError *err)
{
	struct stat st;
	bool        ok;

	if (stat(path, &st) != 0)
	{
		aud_error_set(err, errno, "could not access \"%s\"", path);
		return false;
	}
	if (S_ISDIR(st.st_mode))
		ok = add_directory(list, path, err);
	else
		ok = add_file(list, strdup(path), err);
	return sort_list(list, err) && ok;
}

bool
aud_reader_list_has_log(const AudReaderList *list, const char *log)
{
	for (size_t i = 0; i < list->count; i++)
	{
		if (strcmp(list->files[i].log, log) == 0)
			return true;
	}
	return false;
}

void
aud_reader_list_free(AudReaderList *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->files[i].path);
	free(list->files);
	memset(list, 0, sizeof(*list));
}
