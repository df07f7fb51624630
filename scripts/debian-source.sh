# debian-source.sh: Debian's source packages, for scripts that run the suites
# of other projects.  Sourced after lib.sh.
#
# Package lists of its own in a directory of its own: the machine's sources
# are not touched.
# shellcheck shell=bash disable=SC2034

# debian_mirror: where the machine has Debian's main archive from.
debian_mirror()
{
	{
		cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list \
			/etc/apt/sources.list 2>/dev/null || true
	} | awk '{
		for (i = 1; i <= NF; i++)
			if ($i ~ /^[a-z]+:\/\/.*\/debian\/?$/) { print $i; exit }
	}'
}

# set_up_apt DIR SUITE: lists of source packages below DIR; "own" is the suites
# that the machine itself uses, others are asked for by name.
set_up_apt()
{
	local dir=$1 suite=$2 file uri
	apt_options=(-o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$dir/parts"
		-o Dir::State::lists="$dir/lists" -o Dir::Cache::srcpkgcache=
		-o Dir::Cache::pkgcache= -o APT::Sandbox::User=root
		-o Acquire::Check-Valid-Until=false)
	[ ! -d "$dir" ] || return 0
	mkdir -p "$dir/parts" "$dir/lists/partial"
	if [ "$suite" = own ]; then
		for file in /etc/apt/sources.list.d/*.sources; do
			grep -qs 'debian\.org' "$file" || continue
			sed 's/^Types:.*/Types: deb-src/' "$file" > "$dir/parts/${file##*/}"
		done
		grep -hs '^deb .*debian' /etc/apt/sources.list /etc/apt/sources.list.d/*.list |
			sed 's/^deb /deb-src /' > "$dir/parts/classic.list" || true
	else
		uri=$(debian_mirror)
		printf 'Types: deb-src\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' \
			"$uri" "$suite" /usr/share/keyrings/debian-archive-keyring.gpg > "$dir/parts/suite.sources"
	fi
	apt-get update "${apt_options[@]}" > "$dir/log" 2>&1 || true
}

source_version=

# fetch_source DIR PACKAGE [VERSION...]: unpack the package's source to
# DIR/PACKAGE, from the first of the versions that can be had, then of what the
# machine's own suites have, newest first.  Sets source_version.
fetch_source()
{
	local dir=$1 package=$2 version
	shift 2
	mkdir -p "$dir"
	set_up_apt "$dir/apt-own" own
	while read -r version; do
		[ -n "$version" ] || continue
		if unpack_source "$dir" "$package" "$version"; then
			return 0
		fi
	done < <(printf '%s\n' "$@"; apt-cache "${apt_options[@]}" showsrc "$package" 2>/dev/null |
		sed -n 's/^Version: //p' | sort -rVu)
	return 1
}

# The same from a newer suite, built for the installed server.
fetch_newer_source()
{
	local dir=$1 package=$2 suite version
	for suite in trixie forky sid; do
		set_up_apt "$dir/apt-$suite" "$suite"
		while read -r version; do
			if unpack_source "$dir" "$package" "$version"; then
				return 0
			fi
		done < <(apt-cache "${apt_options[@]}" showsrc "$package" 2>/dev/null |
			sed -n 's/^Version: //p' | sort -rVu)
	done
	return 1
}

unpack_source()
{
	local dir=$1 package=$2 version=$3 download=$1/download
	rm -rf "$download"
	mkdir -p "$download"
	# the archive of the project itself is enough; what Debian adds need not be there
	(cd "$download" && apt-get source --download-only "${apt_options[@]}" \
		"$package=$version" >> "$dir/fetch.log" 2>&1) || true
	compgen -G "$download/*.orig.tar.*" > /dev/null || return 1
	rm -rf "${dir:?}/$package"
	mkdir "$dir/$package"
	tar -xf "$(compgen -G "$download/*.orig.tar.*" | grep -v '\.asc$' | head -n 1)" \
		-C "$dir/$package" --strip-components=1 || return 1
	source_version=$version
}
