#!/bin/sh
# Build the Kubo daemon that tests start, once, into the cache of this user. Without Go nothing is built, and
# the summary of the tests says so.
set -eu

version=$(sed -n 's/^VERSION = "\(.*\)"$/\1/p' "$(dirname "$0")/kubo.py")
folder=${QFLOW_TEST_CACHE:-$HOME/.cache/qflow-tests}/kubo-$version
[ -x "$folder/ipfs" ] && exit 0
command -v go >/dev/null || { echo "Go is not installed: the tests with Kubo daemons will not be run"; exit 0; }

echo "building Kubo $version; this takes some minutes, once"
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
cd "$build"
printf 'module qflow/kubo\n\ngo 1.25\n\nrequire github.com/ipfs/kubo %s\n' "$version" > go.mod
if timeout 480 go build -mod=mod -p 2 -trimpath -ldflags="-s -w" -o ipfs github.com/ipfs/kubo/cmd/ipfs 2> log; then
	mkdir -p "$folder"
	mv ipfs "$folder/ipfs"
else
	tail -5 log
	echo "Kubo could not be built: the tests with Kubo daemons will not be run"
fi
