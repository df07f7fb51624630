/*-------------------------------------------------------------------------
 *
 * guc.h
 *	  The secaudit.* settings.  Only guc.c writes them; everybody else reads
 *	  aud_config.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_GUC_H
#define AUD_SERVER_GUC_H

/* Longest secaudit.node_name, bytes; a host name may have 64. */
#define AUD_NODE_NAME_MAX 128

/* secaudit.on_failure */
typedef enum AudOnFailure
{
	AUD_ON_FAILURE_CONTINUE,
	AUD_ON_FAILURE_BLOCK,
	AUD_ON_FAILURE_ERROR,
	AUD_ON_FAILURE_SHUTDOWN,
	AUD_ON_FAILURE_OVERWRITE,
} AudOnFailure;

/* secaudit.durability */
typedef enum AudDurability
{
	AUD_DURABILITY_ASYNC,
	AUD_DURABILITY_COMMIT,
	AUD_DURABILITY_STATEMENT,
} AudDurability;

/* secaudit.integrity */
typedef enum AudIntegrity
{
	AUD_INTEGRITY_OFF,
	AUD_INTEGRITY_CHAIN,
} AudIntegrity;

/* secaudit.on_config_error */
typedef enum AudOnConfigError
{
	AUD_ON_CONFIG_ERROR_REFUSE,
	AUD_ON_CONFIG_ERROR_START,
} AudOnConfigError;

typedef struct AudConfig
{
	int on_config_error; /* AudOnConfigError */

	/* what is recorded */
	int log_classes; /* bit mask of AudClass, from secaudit.log */
	const struct AudLogCommands *log_commands; /* named there; NULL: none */
	bool                         log_catalog;
	bool                         log_nested;
	bool                         log_superuser;
	bool                         log_internal; /* look-ups of foreign keys */
	int log_tagged; /* bit mask of AudClass, of what has labels */

	/* secaudit.redact_tags; NULL: none.  And the number of changes */
	const struct AudLabel *redact_tags;
	unsigned               redact_tags_changes;

	/* object audit: the role's name, "" for none; the number of changes */
	const char *role;
	unsigned    role_changes;

	/* kept up to date with the above and aud_guc_set_labels() */
	bool watching; /* may anything at all of this session be recorded? */
	bool marking;  /* may any object have a label or be granted to the role? */

	/* secaudit.rules_file: as set, "" for none; what is in it, or NULL */
	const char            *rules_file;
	const struct AudRules *rules;
	uint64 rules_serial; /* another one for other rules; 0: none */
	bool   break_glass;

	/* what a record holds */
	bool        log_parameters;
	int         parameter_max_bytes; /* bytes of one bound value */
	const char *node_name;           /* never NULL or empty */
	const char *context;             /* of the application; never NULL */
	unsigned    context_changes;     /* how often it was set */
	int         query_max_bytes;  /* bytes of query text, all parts together */
	int         record_max_bytes; /* one line with its newline */

	/* where it goes */
	const char *directory;         /* as set; relative to the data directory */
	int         buffer_size_kb;    /* the ring, kilobytes */
	int         flush_interval_ms; /* milliseconds */
	int         file_mode;         /* 0600 or 0640 */

	int rotation_size_kb;  /* 0: any size */
	int rotation_age_s;    /* 0: any age */
	int retention_age_s;   /* 0: keep */
	int retention_size_mb; /* 0: keep */
	int integrity;         /* AudIntegrity */
	int checkpoint_interval_ms;

	/* what is promised, and what happens when it cannot be kept */
	int durability; /* AudDurability */
	int on_failure; /* AudOnFailure */
	int failure_timeout_ms;
	int warn_percent; /* of the volume */
} AudConfig;

extern const AudConfig *const aud_config;

/*
 * Did secaudit.lock refuse a change since this was asked last?  Whoever raises
 * an error then is told its code.
 */
extern bool aud_guc_take_refused(void);

/* May there be labels where this session is?  At first there may. */
extern void aud_guc_set_labels(bool there_are);

/* Define the settings; once, from _PG_init, between the steps of config_start.h. */
extern void aud_guc_init(void);

#endif /* AUD_SERVER_GUC_H */
