/*-------------------------------------------------------------------------
 *
 * chain.h
 *	  The hash chain over the records of a trail.
 *
 * A record leaves its backend as one JSON object, "{...}", the body.  The
 * writer turns it into a line by putting a trailer in place of the closing
 * brace:
 *
 *	  {...,"seq":N,"h":"<32 characters>"}\n
 *
 *	  d = SHA-256(body, the closing brace included)
 *	  h = first 24 bytes of SHA-256(0x01 || h before || N || d)
 *
 * N is 8 bytes, big-endian; the h before the first record of a trail is 24
 * zero bytes; h is written in base64url without padding.  With
 * secaudit.integrity = off, "h" is left out, N goes on counting and the h
 * carried along is the last one that was written: when hashing comes back,
 * it goes on from there.
 *
 * docs/trail.md says how files follow each other, and what is lawful after a
 * fault.
 *
 * The check runs over bytes as written: there is no canonical JSON, and
 * nothing here parses any.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_CHAIN_H
#define AUD_CORE_CHAIN_H

#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"

#define AUD_CHAIN_HASH_BYTES 24
#define AUD_CHAIN_HASH_CHARS 32

/* Longest trailer: ,"seq":<20>,"h":"<32>"} and the newline. */
#define AUD_CHAIN_TRAILER_MAX 70

/* Where a trail stands.  Plain data: may be copied, stored, compared. */
typedef struct AudChain
{
	uint64_t      seq;                     /* last record's number; 0: none */
	unsigned char h[AUD_CHAIN_HASH_BYTES]; /* last hash; zeros: none */
} AudChain;

/* Has any of its lines had a hash? */
extern bool aud_chain_has_hash(const AudChain *chain);

/* SHA-256 machinery, allocated once and used for any number of chains. */
typedef struct AudHasher AudHasher;

/* NULL and *err on failure (no memory, or a libcrypto without SHA-256). */
extern AudHasher *aud_hasher_new(AudError *err);
extern void       aud_hasher_free(AudHasher *hasher);

/*
 * Append body[len] as the chain's next line, trailer and newline included,
 * and move the chain on.  Returns false, with out and chain as they were, if
 * it does not fit or the body is no "{...}" with at least one member.
 */
extern bool aud_chain_seal(AudHasher *hasher, AudChain *chain, AudBuf *out,
						   const char *body, size_t len, bool hashed);

/* What a line says about its place in the chain. */
typedef struct AudChainTrailer
{
	size_t        body_len; /* bytes of the body without its closing brace */
	uint64_t      seq;
	bool          hashed; /* is there an "h"? */
	unsigned char h[AUD_CHAIN_HASH_BYTES];
} AudChainTrailer;

/*
 * Take the trailer of line[len] apart (without the newline).  False if the
 * line does not end in one: then it was torn, or the writer never made it.
 */
extern bool aud_chain_split(const char *line, size_t len, AudChainTrailer *t);

/*
 * The h that a line must carry: prev is the h before it, body is the line's
 * first body_len bytes, without the closing brace.
 */
extern void aud_chain_hash(AudHasher *hasher, const unsigned char *prev,
						   uint64_t seq, const char *body, size_t body_len,
						   unsigned char *h);

/*
 * The same in its two halves, for a checker that has to try a line in more
 * than one place: the digest of the line's body, and its link to the h before.
 */
#define AUD_CHAIN_DIGEST_BYTES 32

extern void aud_chain_digest(AudHasher *hasher, const char *body,
							 size_t body_len, unsigned char *d);
extern void aud_chain_link(AudHasher *hasher, const unsigned char *prev,
						   uint64_t seq, const unsigned char *d,
						   unsigned char *h);

typedef enum AudChainVerdict
{
	AUD_CHAIN_SOUND,     /* chain moved on to this line */
	AUD_CHAIN_MALFORMED, /* no trailer */
	AUD_CHAIN_SEQ,       /* its number is not the next one */
	AUD_CHAIN_HASH,      /* the number is right, the hash is not */
} AudChainVerdict;

/*
 * Is line[len] (without the newline) the chain's next one?  Only
 * AUD_CHAIN_SOUND moves the chain.  A line without "h" is judged by its
 * number alone; whether a file may hold such lines is the caller's to know.
 */
extern AudChainVerdict aud_chain_check(AudHasher *hasher, AudChain *chain,
									   const char *line, size_t len);

/* Base64url of a hash; text has AUD_CHAIN_HASH_CHARS + 1 bytes. */
extern void aud_chain_hash_encode(const unsigned char *h, char *text);

/*
 * The reverse, from exactly AUD_CHAIN_HASH_CHARS characters; on false h is
 * undefined.
 */
extern bool aud_chain_hash_decode(const char *text, unsigned char *h);

#endif /* AUD_CORE_CHAIN_H */
