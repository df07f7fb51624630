#!/usr/bin/env bash
#
# openssl ts -verify refuses a time stamp once its authority's certificate has expired.
#
# Expected: a token says that a file existed at a time when the certificate was
#	valid, so it can be verified for as long as the file is kept.
# Seen: the certificate is checked as of today.  The same token over the same file
#	is OK one second and FAILED ("certificate has expired") the next.
#	-attime with the token's own time verifies it, but that time has to be read
#	from the token first (-reply -text) and turned into seconds by hand.
# With: openssl 3.0.22-1~deb12u2 of Debian 12.
# Matters: audit trails are kept for three to ten years, signing certificates of
#	authorities last one to three.  A yearly check of the archive fails one
#	morning for all old files, with nothing wrong with any of them.
# secaudit: does not call openssl ts; an archive that is stamped from outside needs
#	-attime in its check, a new stamp over the old one before the certificate
#	ends, and the revocation list of that day kept beside the token.

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
openssl() { "$work/root/usr/bin/openssl" "$@"; }

cat >openssl.cnf <<END
[req]
distinguished_name = dn
[dn]
[ca]
default_ca = root
[root]
new_certs_dir = $work
database = $work/index
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
[stamping]
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = authority
[authority]
serial = $work/serial
signer_cert = $work/tsa.pem
signer_key = $work/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
END
touch index
echo 01 >serial
printf '%s\n' '{"v":1,"event":"audit.close","seq":2}' >trail.jsonl
{
	openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 3650 -subj /CN=root \
		-addext basicConstraints=critical,CA:TRUE
	openssl req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=authority
	end=$(($(date +%s) + 8))
	openssl ca -batch -notext -cert ca.pem -keyfile ca.key -in tsa.csr -out tsa.pem -extensions stamping \
		-startdate "$(date -u -d '-1 day' +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d "@$end" +%Y%m%d%H%M%SZ)"
	openssl ts -query -data trail.jsonl -sha256 -cert -out query
	openssl ts -reply -queryfile query -out token
} >openssl.log 2>&1
verify() { openssl ts -verify -data trail.jsonl -in token -CAfile ca.pem "$@" 2>&1 | grep -oE 'Verification: \w+|certificate has expired' | sort | paste -sd, || true; }

early=$(verify)
while [ "$(date +%s)" -le "$((end + 1))" ]; do sleep 0.5; done
late=$(verify)
stamp=$(openssl ts -reply -in token -text 2>/dev/null | sed -n 's/^Time stamp: //p')
then=$(verify -attime "$(date -d "$stamp" +%s)")

openssl version
echo "token's time:             $stamp"
echo "certificate's end:        $(date -u -d "@$end")"
echo "before the end:           $early"
echo "after it:                 $late"
echo "after it, with -attime:   $then"
if [ "$early/$late/$then" != 'Verification: OK/Verification: FAILED,certificate has expired/Verification: OK' ]; then
	echo "changed: was OK, FAILED with \"certificate has expired\", OK" >&2
	exit 1
fi
echo "as stated: the file and the token are the same, the answer is not"
