/*-------------------------------------------------------------------------
 *
 * convert.c
 *	  Records of a trail in the formats of other programs.
 *
 *-------------------------------------------------------------------------
 */
#include "core/convert/convert.h"

#include <stdlib.h>
#include <string.h>

#include "core/convert/pgaudit.h"
#include "core/convert/text.h"
#include "core/nearest.h"

const AudTargetName aud_targets[] = {
	{AUD_TARGET_ECS, "ecs", "Elastic Common Schema", {"8.17.0", "9.0.0", NULL}},
	{AUD_TARGET_OCSF,
	 "ocsf",
	 "Open Cybersecurity Schema Framework",
	 {"1.4.0", "1.5.0", "1.6.0", "1.7.0", NULL}},
	{AUD_TARGET_CEF, "cef", "Common Event Format", {"0", "1", NULL}},
	{AUD_TARGET_CSV, "csv", "CSV with the same columns always", {"1", NULL}},
	{AUD_TARGET_PGAUDIT,
	 "pgaudit",
	 "lines as of pgaudit 1.7 in the server log",
	 {"1.7", NULL}},
	{0, NULL, NULL, {NULL}},
};

/* ---- which target ------------------------------------------------------------- */

static const AudTargetName *
find_target(const char *name, size_t len)
{
	for (const AudTargetName *target = aud_targets; target->name != NULL; target++)
		if (strlen(target->name) == len && memcmp(target->name, name, len) == 0)
			return target;
	return NULL;
}

static void
no_such_target(const char *name, size_t len, AudError *err)
{
	AudNearest nearest;

	aud_nearest_begin(&nearest, name, len);
	for (const AudTargetName *target = aud_targets; target->name != NULL; target++)
		aud_nearest_try(&nearest, target->name);
	if (nearest.name != NULL)
		aud_error_set(err,
					  0,
					  "unknown format \"%.*s\", perhaps \"%s\" is meant",
					  (int) len,
					  name,
					  nearest.name);
	else
		aud_error_set(err, 0, "unknown format \"%.*s\"", (int) len, name);
}

/* Is it the version, or the beginning of it, up to a point? */
static bool
is_version(const char *version, const char *wanted)
{
	size_t len = strlen(wanted);

	return len > 0 && strncmp(version, wanted, len) == 0 &&
		   (version[len] == '\0' || version[len] == '.');
}

bool
aud_convert_init(AudConvert *c, const char *to, AudError *err)
{
	size_t      len = strcspn(to, ":");
	const char *wanted = to[len] == ':' ? to + len + 1 : NULL;

	memset(c, 0, sizeof(*c));
	c->fields.at = AUD_FIELD_COUNT;
	c->target = find_target(to, len);
	if (c->target == NULL)
		return no_such_target(to, len, err), false;
	for (int i = 0; c->target->versions[i] != NULL && c->version == NULL; i++)
		if (wanted == NULL || is_version(c->target->versions[i], wanted))
			c->version = c->target->versions[i];
	if (c->version == NULL)
		return aud_error_set(err,
							 0,
							 "%s has no version \"%s\" here",
							 c->target->name,
							 wanted),
			   false;
	aud_field_index_make(&c->index);
	if (c->target->id == AUD_TARGET_ECS)
		aud_table_taken(&aud_ecs_table, 1, &c->taken[0]);
	for (int i = 0; c->target->id == AUD_TARGET_OCSF && i < AUD_OCSF_CLASSES; i++)
		aud_table_taken(&aud_ocsf_table, 1 << i, &c->taken[i]);
	if (c->target->id == AUD_TARGET_PGAUDIT)
	{
		c->pgaudit = aud_pgaudit_new();
		if (c->pgaudit == NULL)
			return aud_error_set(err, 0, "out of memory"), false;
	}
	return true;
}

void
aud_convert_free(AudConvert *c)
{
	aud_pgaudit_free(c->pgaudit);
	c->pgaudit = NULL;
	free(c->out.data);
	free(c->text.data);
	c->out.data = c->text.data = NULL;
}

/* ---- room --------------------------------------------------------------------- */

/*
 * What a line can become: each text once or a few times, escapes doubled; the
 * names of members are less than what is added.
 */
#define ROOM_TIMES 8
#define ROOM_MORE  65536

static bool
make_room(AudConvert *c, size_t len)
{
	return aud_text_room(&c->out, ROOM_TIMES * len + ROOM_MORE) &&
		   aud_text_room(&c->text, 2 * len + ROOM_MORE);
}

/* ---- records ------------------------------------------------------------------ */

static void
put_out(AudConvert *c)
{
	aud_buf_char(&c->out, '\n');
	c->sink(c->arg, c->out.data, c->out.len);
}

bool
aud_convert_begin(AudConvert *c)
{
	if (c->target->id != AUD_TARGET_CSV)
		return true;
	if (!make_room(c, 0))
		return false;
	aud_csv_header(&c->out);
	put_out(c);
	return true;
}

const char *
aud_convert_line(AudConvert *c, const char *line, size_t len)
{
	const char *fault = aud_fields_read(&c->fields, &c->index, line, len);

	if (fault != NULL)
		return fault;
	if (c->target->id == AUD_TARGET_PGAUDIT)
		return aud_pgaudit_take(c, line, len);
	if (!make_room(c, len))
		return "out of memory";
	switch (c->target->id)
	{
		case AUD_TARGET_ECS:
			aud_ecs_record(c->taken, c->version, &c->fields, &c->out);
			break;
		case AUD_TARGET_OCSF:
			aud_ocsf_record(c->taken, c->version, &c->fields, &c->out);
			break;
		case AUD_TARGET_CEF:
			aud_cef_record(c->version[0] - '0', &c->fields, &c->text, &c->out);
			break;
		case AUD_TARGET_CSV:
			aud_csv_record(&c->fields, &c->text, &c->out);
			break;
		case AUD_TARGET_PGAUDIT:
			break;
	}
	if (c->out.truncated || c->text.truncated)
		return "too long to be converted";
	put_out(c);
	return NULL;
}

void
aud_convert_end(AudConvert *c)
{
	if (c->target->id == AUD_TARGET_PGAUDIT)
		aud_pgaudit_end(c);
}
