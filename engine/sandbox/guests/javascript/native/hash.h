/* Digests by name; qf_hash gives the digest's length in bytes (at most 64), or 0 for an unknown name. */
#ifndef QF_HASH_H
#define QF_HASH_H
#include <stddef.h>
#include <stdint.h>

size_t qf_hash(const char *name, const uint8_t *data, size_t length, uint8_t *digest);
#endif
