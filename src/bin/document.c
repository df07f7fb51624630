/*-------------------------------------------------------------------------
 *
 * document.c
 *	  The canonical JSON document of a compliance or evidence run.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/document.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

json_t *
aud_document_uuid(unsigned char *bytes, int version)
{
	char text[37];

	bytes[6] = (unsigned char) ((bytes[6] & 0x0F) | version << 4);
	bytes[8] = (unsigned char) ((bytes[8] & 0x3F) | 0x80);
	snprintf(text,
			 sizeof(text),
			 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
			 bytes[0],
			 bytes[1],
			 bytes[2],
			 bytes[3],
			 bytes[4],
			 bytes[5],
			 bytes[6],
			 bytes[7],
			 bytes[8],
			 bytes[9],
			 bytes[10],
			 bytes[11],
			 bytes[12],
			 bytes[13],
			 bytes[14],
			 bytes[15]);
	return json_string(text);
}

/* A random one. */
static void
set_id(json_t *run)
{
	unsigned char bytes[16] = {0};

	RAND_bytes(bytes, sizeof(bytes));
	json_object_set_new(run, "id", aud_document_uuid(bytes, 4));
}

static void
set_text(json_t *object, const char *key, const char *value)
{
	if (value != NULL)
		json_object_set_new(object, key, json_string(value));
}

/* The server's host; of a Unix-domain socket, whose "host" is a directory, ours. */
static void
set_host(json_t *run, PGconn *conn)
{
	const char *host = PQhost(conn);
	char        own[256] = "";

	if (host == NULL || host[0] == '\0' || host[0] == '/' || host[0] == '@')
	{
		gethostname(own, sizeof(own) - 1);
		host = own;
	}
	set_text(run, "host", host);
}

/* There are two STIGs, by the server's major; the ids of the checks follow it. */
static const char *
benchmark_of(const char *profile, int server_version)
{
	if (strcmp(profile, "stig") != 0)
		return profile;
	return server_version >= 160000 ? "Crunchy Data PostgreSQL 16 STIG, V1R1"
									: "Crunchy Data PostgreSQL STIG, V3R1";
}

json_t *
aud_document_new(const char *kind, const char *profile, PGconn *conn,
				 const char *secaudit_version)
{
	json_t   *document = json_object();
	json_t   *run = json_object();
	time_t    now = time(NULL);
	struct tm utc;
	char      at[32];

	strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	set_text(document, "document", "secaudit-compliance");
	json_object_set_new(document, "version", json_integer(1));
	set_text(document, "kind", kind);
	set_id(run);
	set_text(run, "at", at);
	set_host(run, conn);
	set_text(run, "port", PQport(conn));
	set_text(run, "by", PQuser(conn));
	set_text(run, "server_version", PQparameterStatus(conn, "server_version"));
	set_text(run, "secaudit_version", secaudit_version);
	set_text(run, "profile", profile);
	set_text(run, "benchmark", benchmark_of(profile, PQserverVersion(conn)));
	json_object_set_new(document, "run", run);
	json_object_set_new(document, "not_tested", json_array());
	json_object_set_new(document, "exceptions", json_array());
	return document;
}

/* jansson escapes in capitals, RFC 8785 in small letters. */
static void
lower_escapes(char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '\\' && *++text == 'u')
			for (int i = 1; i <= 4; i++)
				text[i] = (char) tolower((unsigned char) text[i]);
}

static void
set_digest(json_t *document, const json_t *results)
{
	char         *text = json_dumps(results, JSON_COMPACT | JSON_SORT_KEYS);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned      len = 0;
	AudStr        hex = {0};

	if (text != NULL)
		lower_escapes(text);
	if (text != NULL &&
		EVP_Digest(text, strlen(text), digest, &len, EVP_sha256(), NULL) == 1)
	{
		for (unsigned i = 0; i < len; i++)
			aud_str_printf(&hex, "%02x", digest[i]);
		set_text(document, "sha256", hex.s);
	}
	aud_str_free(&hex);
	free(text);
}

void
aud_document_finish(json_t *document, json_t *results)
{
	json_t *counts = json_object();
	json_t *untested = json_object_get(document, "not_tested");
	json_t *result;
	size_t  i;

	json_array_foreach(results, i, result)
	{
		const char *status = json_string_value(json_object_get(result, "status"));
		json_int_t n;

		if (status == NULL)
			continue;
		n = json_integer_value(json_object_get(counts, status));
		json_object_set_new(counts, status, json_integer(n + 1));
		if (strcmp(status, "not_run") == 0 || strcmp(status, "manual") == 0 ||
			strcmp(status, "error") == 0)
			json_array_append(untested, json_object_get(result, "check_id"));
	}
	json_object_set_new(document, "results", results);
	json_object_set_new(document, "counts", counts);
	set_digest(document, results);
}

int
aud_document_count(const json_t *document, const char *status)
{
	const json_t *counts = json_object_get(document, "counts");

	return (int) json_integer_value(json_object_get(counts, status));
}

const char *
aud_document_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

json_t *
aud_document_rows(const PGresult *result)
{
	json_t *rows = json_array();

	for (int i = 0; i < PQntuples(result); i++)
		json_array_append_new(rows,
							  json_loads(PQgetvalue(result, i, 0), 0, NULL));
	return rows;
}
