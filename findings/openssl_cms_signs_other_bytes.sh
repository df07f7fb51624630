#!/usr/bin/env bash
#
# openssl cms -sign signs other bytes than the file's, unless told -binary.
#
# Expected: a detached signature of a file covers the file's bytes; the
#	messageDigest in it is what sha256sum prints.
# Seen: without -binary each newline is made CR LF before it is digested (the
#	text is taken for a mail).  The digest in the signature is that of a file
#	which does not exist, -verify writes such a file with -out, and a signature
#	made one way is refused when verified the other way.
# With: openssl 3.0.22-1~deb12u2 of Debian 12.
# Matters: a trail is lines.  An auditor who compares the signed digest with
#	sha256sum, with a manifest or with another product's verification finds that
#	nothing fits, years later, and the key may be gone.
# secaudit: makes no CMS signatures itself; where the docs tell how to have a
#	closed file signed, -binary belongs to -sign and to -verify.

set -euo pipefail

openssl=3.0.22-1~deb12u2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -q download "openssl=$openssl" "libssl3=$openssl" >apt.log 2>&1 || {
	echo "needs the Debian packages openssl and libssl3 $openssl" >&2
	exit 2
}
for deb in *.deb; do dpkg -x "$deb" root; done
LD_LIBRARY_PATH=$(dirname "$(find "$work/root" -name libcrypto.so.3)")
export LD_LIBRARY_PATH OPENSSL_CONF=$work/openssl.cnf
printf '[req]\ndistinguished_name = dn\n[dn]\n' >openssl.cnf
openssl() { "$work/root/usr/bin/openssl" "$@" 2>>openssl.log; }

printf '%s\n' '{"v":1,"event":"statement","seq":1}' '{"v":1,"event":"statement","seq":2}' >trail.jsonl
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=auditor
sign() { openssl cms -sign "$@" -in trail.jsonl -signer cert.pem -inkey key.pem -outform DER; }
verify() { openssl cms -verify -inform DER -content trail.jsonl -CAfile cert.pem "$@" && echo verified || echo refused; }
# the attribute is a SEQUENCE of its OID and a SET with one OCTET STRING
digest() {
	openssl asn1parse -inform DER -in "$1" | grep -A2 messageDigest |
		sed -n 's/.*OCTET STRING.*DUMP\]://p' | tr A-F a-f
}

sign >text.der
sign -binary >binary.der
file=$(sha256sum <trail.jsonl | cut -d' ' -f1)
crlf=$(sed 's/$/\r/' trail.jsonl | sha256sum | cut -d' ' -f1)
openssl version
echo "SHA-256 of the file:                  $file"
echo "the same with CR LF:                  $crlf"
echo "messageDigest, cms -sign:             $(digest text.der)"
echo "messageDigest, cms -sign -binary:     $(digest binary.der)"
results=$(
	echo "signed without, verified without -binary: $(verify -in text.der -out text.out)"
	echo "signed without, verified with -binary:    $(verify -in text.der -out /dev/null -binary)"
	echo "signed with, verified without -binary:    $(verify -in binary.der -out /dev/null)"
	echo "signed with, verified with -binary:       $(verify -in binary.der -out binary.out -binary)"
)
echo "$results"
echo "SHA-256 of what -verify wrote:        $(sha256sum <text.out | cut -d' ' -f1)"

expected='verified refused refused verified'
if [ "$(digest text.der)" != "$crlf" ] || [ "$(digest binary.der)" != "$file" ] ||
	[ "$(sha256sum <text.out | cut -d' ' -f1)" != "$crlf" ] || ! cmp -s binary.out trail.jsonl ||
	[ "$(grep -oE '[a-z]+$' <<<"$results" | paste -sd' ')" != "$expected" ]; then
	echo "changed: was the digest of the text with CR LF, and $expected" >&2
	exit 1
fi
echo "as stated: without -binary another text is signed"
