/*-------------------------------------------------------------------------
 *
 * info_pgdata.c
 *	  Where a server's trail is: secaudit.directory, as the server would read it.
 *
 * The files are read and no program is run: the data directory belongs to
 * another user than whoever asks, perhaps root.  As in the server, the last
 * value wins; postgresql.auto.conf comes after postgresql.conf, and the
 * command line, which the server leaves in postmaster.opts, after both.
 *
 *-------------------------------------------------------------------------
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "bin/ctl.h"
#include "bin/info.h"

/* As in the server: files within files. */
#define DEPTH_MAX 10

#define DEFAULT_DIRECTORY "secaudit"

typedef struct Settings
{
	AudStr directory;      /* secaudit.directory */
	AudStr data_directory; /* "" if not set */
} Settings;

static bool read_file(Settings *settings, const char *path, bool must, int depth);

static void
set(AudStr *str, const char *value)
{
	aud_str_reset(str);
	aud_str_add(str, value);
}

/* name, relative to the directory that a file is in. */
static void
beside(AudStr *path, const char *file, const char *name)
{
	const char *slash = strrchr(file, '/');

	aud_str_reset(path);
	if (*name != '/' && slash != NULL)
		aud_str_printf(path, "%.*s/", (int) (slash - file), file);
	aud_str_add(path, name);
}

/* ---- a line ------------------------------------------------------------------------- */

/* The value at *p: 'quoted', with '' and backslashes, or a word. */
static bool
read_value(const char *p, AudStr *value)
{
	aud_str_reset(value);
	if (*p != '\'')
	{
		for (; *p != '\0' && !isspace((unsigned char) *p) && *p != '#'; p++)
			aud_str_char(value, *p);
		return value->len > 0;
	}
	for (p++; *p != '\0'; p++)
	{
		if (*p == '\'' && p[1] != '\'')
			return true;
		if (*p == '\'' || (*p == '\\' && p[1] != '\0'))
			p++;
		aud_str_char(value, *p);
	}
	return false;
}

/* "name = value" or "name value"; false if the line is none. */
static bool
read_line(const char *line, char *name, size_t size, AudStr *value)
{
	size_t len;

	line += strspn(line, " \t\r\n");
	len = strcspn(line, " \t\r\n=#");
	if (len == 0 || len >= size)
		return false;
	memcpy(name, line, len);
	name[len] = '\0';
	line += len;
	line += strspn(line, " \t");
	if (*line == '=')
		line++;
	line += strspn(line, " \t");
	return read_value(line, value);
}

/* ---- files ---------------------------------------------------------------------------- */

static int
is_conf(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 &&
		   strcmp(entry->d_name + len - 5, ".conf") == 0;
}

static int
compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool
read_directory(Settings *settings, const char *path, int depth)
{
	struct dirent **entries;
	AudStr          file = {0};
	int             n = scandir(path, &entries, is_conf, compare_names);
	bool            ok = true;

	if (n < 0)
	{
		aud_ctl_complain("could not open directory \"%s\": %s",
						 path,
						 strerror(errno));
		return false;
	}
	for (int i = 0; i < n; i++)
	{
		aud_str_reset(&file);
		aud_str_printf(&file, "%s/%s", path, entries[i]->d_name);
		ok = ok && read_file(settings, file.s, true, depth);
		free(entries[i]);
	}
	free(entries);
	aud_str_free(&file);
	return ok;
}

static bool
take(Settings *settings, const char *file, const char *name, const char *value,
	 int depth)
{
	AudStr path = {0};
	bool   ok = true;

	if (strcasecmp(name, "secaudit.directory") == 0)
		set(&settings->directory, value);
	else if (strcasecmp(name, "data_directory") == 0)
		set(&settings->data_directory, value);
	else if (strncasecmp(name, "include", 7) == 0)
	{
		beside(&path, file, value);
		if (strcasecmp(name, "include") == 0)
			ok = read_file(settings, path.s, true, depth + 1);
		else if (strcasecmp(name, "include_if_exists") == 0)
			ok = read_file(settings, path.s, false, depth + 1);
		else if (strcasecmp(name, "include_dir") == 0)
			ok = read_directory(settings, path.s, depth + 1);
		aud_str_free(&path);
	}
	return ok;
}

static bool
read_lines(Settings *settings, FILE *in, const char *path, int depth)
{
	char  *line = NULL;
	size_t size = 0;
	AudStr value = {0};
	char   name[128];
	bool   ok = true;

	while (ok && getline(&line, &size, in) >= 0)
		if (read_line(line, name, sizeof(name), &value))
			ok = take(settings, path, name, value.s, depth);
	if (ferror(in))
	{
		aud_ctl_complain("could not read \"%s\": %s", path, strerror(errno));
		ok = false;
	}
	free(line);
	aud_str_free(&value);
	return ok;
}

/* must: it is a fault if it is not there. */
static bool
read_file(Settings *settings, const char *path, bool must, int depth)
{
	FILE *in;
	bool  ok;

	if (depth > DEPTH_MAX)
	{
		aud_ctl_complain("\"%s\" is included by too many files, one within the other",
						 path);
		return false;
	}
	in = fopen(path, "r");
	if (in == NULL)
	{
		if (errno == ENOENT && !must)
			return true;
		aud_ctl_complain("could not open \"%s\": %s", path, strerror(errno));
		return false;
	}
	ok = read_lines(settings, in, path, depth);
	fclose(in);
	return ok;
}

/* ---- the command line -------------------------------------------------------------------- */

/*
 * The value of "name=value", which the server's command line had, as
 * postmaster.opts quotes it; false if there is none.
 */
static bool
from_opts(const char *pgdata, const char *name, AudStr *value)
{
	AudStr path = {0};
	char   text[8192] = "";
	char   pattern[64];
	char  *at;
	char  *found = NULL;
	FILE  *in;

	aud_str_printf(&path, "%s/postmaster.opts", pgdata);
	in = fopen(path.s, "r");
	aud_str_free(&path);
	if (in == NULL)
		return false;
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	for (int dashes = 0; dashes < 2; dashes++)
	{
		snprintf(pattern, sizeof(pattern), "\"%s%s=", dashes ? "--" : "", name);
		for (at = text; (at = strstr(at, pattern)) != NULL;)
		{
			at += strlen(pattern);
			if (found == NULL || at > found)
				found = at;
		}
	}
	if (found == NULL)
		return false;
	found[strcspn(found, "\"\n")] = '\0';
	set(value, found);
	return true;
}

/* ---- all ----------------------------------------------------------------------------------- */

/* postgresql.conf: in the directory, or where the command line says. */
static bool
find_config(const char *pgdata, AudStr *path)
{
	struct stat st;

	aud_str_reset(path);
	aud_str_printf(path, "%s/postgresql.conf", pgdata);
	if (stat(path->s, &st) == 0 || from_opts(pgdata, "config_file", path))
		return true;
	if (errno == ENOENT)
		aud_ctl_complain("there is no postgresql.conf in \"%s\"", pgdata);
	else
		aud_ctl_complain("could not open \"%s\": %s", path->s, strerror(errno));
	fprintf(stderr,
			"Name the directory that has it (on Debian /etc/postgresql/...), "
			"or that of the trail.\n");
	return false;
}

static bool
read_settings(const char *pgdata, Settings *settings)
{
	AudStr      path = {0};
	const char *data;
	bool ok = find_config(pgdata, &path) && read_file(settings, path.s, true, 0);

	if (ok)
	{
		data = settings->data_directory.len > 0 ? settings->data_directory.s
												: pgdata;
		aud_str_reset(&path);
		aud_str_printf(&path, "%s/postgresql.auto.conf", data);
		ok = read_file(settings, path.s, false, 0);
		(void) from_opts(data, "secaudit.directory", &settings->directory);
	}
	aud_str_free(&path);
	return ok;
}

bool
aud_info_directory(const char *pgdata, AudStr *directory)
{
	Settings    settings = {{0}, {0}};
	const char *data;
	bool        ok;

	set(&settings.directory, DEFAULT_DIRECTORY);
	aud_str_reset(&settings.data_directory);
	ok = read_settings(pgdata, &settings);
	if (ok)
	{
		data = settings.data_directory.len > 0 ? settings.data_directory.s
											   : pgdata;
		aud_str_reset(directory);
		if (settings.directory.s[0] != '/')
			aud_str_printf(directory, "%s/", data);
		aud_str_add(directory, settings.directory.s);
	}
	aud_str_free(&settings.directory);
	aud_str_free(&settings.data_directory);
	return ok;
}
