/*-------------------------------------------------------------------------
 *
 * host.c
 *	  What the compliance checks ask of the host and SQL cannot see: modes and
 *	  owners of files, the state of OpenSSL, the clock, the trail's volume.
 *
 * Nothing is opened here but certificates, and nothing is changed.  A file that
 * cannot be looked at is told with the reason: it must not count as good.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
#include <openssl/evp.h>
#include <openssl/provider.h>
#endif

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "core/reader/shipped.h"
#include "server/guc.h"

PGDLLEXPORT Datum secaudit_file_facts(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum secaudit_host_facts(PG_FUNCTION_ARGS);
PGDLLEXPORT Datum secaudit_certificate_days(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(secaudit_file_facts);
PG_FUNCTION_INFO_V1(secaudit_host_facts);
PG_FUNCTION_INFO_V1(secaudit_certificate_days);

/* kind, mode, owner, "group", is_ours, is_root, bytes, device, error */
#define FILE_COLUMNS 9

static const char *
kind_of(mode_t mode)
{
	if (S_ISREG(mode))
		return "file";
	if (S_ISDIR(mode))
		return "directory";
	if (S_ISLNK(mode))
		return "link";
	return "other";
}

/* Of an id without a name, its number. */
static Datum
user_name(uid_t uid)
{
	const struct passwd *pw = getpwuid(uid);

	return CStringGetTextDatum(pw ? pw->pw_name : psprintf("%u", uid));
}

static Datum
group_name(gid_t gid)
{
	const struct group *gr = getgrgid(gid);

	return CStringGetTextDatum(gr ? gr->gr_name : psprintf("%u", gid));
}

/* secaudit.file_facts(path): a link is not followed. */
Datum
secaudit_file_facts(PG_FUNCTION_ARGS)
{
	char       *path = text_to_cstring(PG_GETARG_TEXT_PP(0));
	TupleDesc   desc;
	struct stat st;
	Datum       values[FILE_COLUMNS] = {0};
	bool        nulls[FILE_COLUMNS];

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE ||
		desc->natts != FILE_COLUMNS)
		ereport(ERROR,
				errcode(ERRCODE_DATATYPE_MISMATCH),
				errmsg("secaudit.file_facts() does not match the loaded module"),
				errhint("Run ALTER EXTENSION secaudit UPDATE."));

	memset(nulls, true, sizeof(nulls));
	if (lstat(path, &st) != 0)
	{
		values[8] = CStringGetTextDatum(strerror(errno));
		nulls[8] = false;
	}
	else
	{
		memset(nulls, false, sizeof(nulls) - sizeof(nulls[0]));
		values[0] = CStringGetTextDatum(kind_of(st.st_mode));
		values[1] = CStringGetTextDatum(psprintf("%04o", st.st_mode & 07777));
		values[2] = user_name(st.st_uid);
		values[3] = group_name(st.st_gid);
		values[4] = BoolGetDatum(st.st_uid == geteuid());
		values[5] = BoolGetDatum(st.st_uid == 0);
		values[6] = Int64GetDatum((int64) st.st_size);
		values[7] = Int64GetDatum((int64) st.st_dev);
	}
	PG_RETURN_DATUM(
		HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* What this process's OpenSSL says of itself. */
static void
put_openssl(StringInfo json)
{
	bool fips = false;
	bool provider = false;

#if OPENSSL_VERSION_NUMBER >= 0x30000000L
	fips = EVP_default_properties_is_fips_enabled(NULL) == 1;
	provider = OSSL_PROVIDER_available(NULL, "fips") == 1;
#endif
	appendStringInfo(json,
					 "\"openssl\":\"%s\",\"fips_default\":%s,"
					 "\"fips_provider\":%s",
					 OpenSSL_version(OPENSSL_VERSION),
					 fips ? "true" : "false",
					 provider ? "true" : "false");
}

/* The kernel's clock, that of the host in a container, too. */
static void
put_clock(StringInfo json)
{
	struct timex tx = {.modes = 0};
	int          state = adjtimex(&tx);

	if (state < 0)
		return;
	appendStringInfo(json,
					 ",\"clock_synchronized\":%s,\"clock_maxerror_us\":%ld",
					 state == TIME_ERROR || (tx.status & STA_UNSYNC) ? "false"
																	 : "true",
					 tx.maxerror);
}

static void
put_volume(StringInfo json)
{
	struct statvfs fs;
	uint64         used;

	if (statvfs(aud_config->directory, &fs) != 0 || fs.f_blocks == 0)
		return;
	used = (uint64) (fs.f_blocks - fs.f_bfree);
	appendStringInfo(json,
					 ",\"volume_bytes\":" UINT64_FORMAT
					 ",\"volume_free_bytes\":" UINT64_FORMAT
					 ",\"volume_used_percent\":%.1f",
					 (uint64) fs.f_blocks * fs.f_frsize,
					 (uint64) fs.f_bavail * fs.f_frsize,
					 100.0 * (double) used / (double) Max(used + fs.f_bavail, 1));
}

/* Up to where the trail has been shipped; nothing: nobody has said. */
static void
put_shipped(StringInfo json)
{
	AudShipped shipped;
	AudError   err;

	if (aud_shipped_read(aud_config->directory,
						 aud_buffer_log_id(),
						 &shipped,
						 &err) == AUD_SHIPPED_READ)
		appendStringInfo(json, ",\"shipped_seq\":" UINT64_FORMAT, shipped.seq);
}

Datum
secaudit_host_facts(PG_FUNCTION_ARGS)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	put_openssl(&json);
	put_clock(&json);
	put_volume(&json);
	put_shipped(&json);
	appendStringInfoChar(&json, '}');
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
}

/* secaudit.certificate_days(path): until the first one of a file ends; NULL:
 * it cannot be read. */
Datum
secaudit_certificate_days(PG_FUNCTION_ARGS)
{
	char *path = text_to_cstring(PG_GETARG_TEXT_PP(0));
	BIO  *bio = BIO_new_file(path, "r");
	X509 *cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	int   days = 0;
	int   seconds = 0;
	bool  known =
		cert &&
		ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(cert)) == 1;

	X509_free(cert);
	BIO_free(bio);
	if (!known)
		PG_RETURN_NULL();
	PG_RETURN_INT32(days);
}
