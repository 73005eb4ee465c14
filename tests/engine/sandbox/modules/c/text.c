// A reactor: functions that take and give JSON through the memory, and one that takes a number.
#include <stdint.h>
#include <stdlib.h>

#define EXPORT(name) __attribute__((export_name(name)))

EXPORT("alloc") void *allocate(uint32_t size) { return malloc(size); }

EXPORT("dealloc") void release(void *at, uint32_t size) {
    (void)size;
    free(at);
}

static uint64_t packed(const char *at, uint32_t size) { return (uint64_t)(uintptr_t)at << 32 | size; }

// All letters of a document in capitals, in place.
EXPORT("shout") uint64_t shout(char *at, uint32_t size) {
    for (uint32_t i = 0; i < size; i++)
        if (at[i] >= 'a' && at[i] <= 'z') at[i] -= 'a' - 'A';
    return packed(at, size);
}

EXPORT("fibonacci") uint64_t fibonacci(uint32_t n) {
    uint64_t a = 0, b = 1;
    while (n--) {
        uint64_t sum = a + b;
        a = b;
        b = sum;
    }
    return a;
}

// Asks for memory until there is none.
EXPORT("hoard") uint32_t hoard(void) {
    uint32_t kept = 0;
    volatile char *at;
    while ((at = malloc(64 * 1024))) {
        *at = 1;
        kept++;
    }
    return kept;
}
