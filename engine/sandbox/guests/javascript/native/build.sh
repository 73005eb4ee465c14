#!/bin/sh
# Builds quickjs.wasm: build.sh QUICKJS_NG_SOURCES OUTPUT. Needs clang, lld and wasi-libc; see VENDOR.md.
set -eu
sources=$1 output=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc="clang --target=wasm32-wasi -O2 -DNDEBUG -D_GNU_SOURCE -DQUICKJS_NG_BUILD -I$sources -I$here
    -fno-strict-aliasing -fwrapv -funsigned-char -mbulk-memory -mnontrapping-fptoint -msign-ext
    -ffunction-sections -fdata-sections -ffile-prefix-map=$sources=. -ffile-prefix-map=$here=. -w"
for name in libregexp libunicode dtoa; do
    $cc -c "$sources/$name.c" -o "$work/$name.o"
done
for name in hash guest; do
    $cc -c "$here/$name.c" -o "$work/$name.o"
done
clang --target=wasm32-wasi -mexec-model=reactor -Wl,--gc-sections -Wl,-z,stack-size=1048576 \
    -Wl,--stack-first -Wl,--strip-all -o "$output" \
    "$work/dtoa.o" "$work/guest.o" "$work/hash.o" "$work/libregexp.o" "$work/libunicode.o"
