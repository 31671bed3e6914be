#!/bin/sh
# Locks the dependencies, with hashes and without any address: `make lock` (LOCK_ARGS=--upgrade moves the versions).
set -eu
cd "$(dirname "$0")"
lock() { out=$1; shift; uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-find-links --no-emit-index-url ${LOCK_ARGS:-} "$@" -o "$out"; }
lock dev.txt dev.in
lock build.txt -c dev.txt build.in
lock app.txt -c dev.txt app.in
lock uv.txt -c dev.txt uv.in
