/*
 * The JavaScript guest: QuickJS-ng behind seven exports and two imports.
 *
 * The host writes one JSON document with qf_alloc, calls qf_call, and reads one text back: all items
 * and all expressions of a step cross the border in a single call. There is no WASI: the clock is the
 * time given to qf_begin, random numbers come from the seed given with it, and everything else of
 * the C library that would ask an operating system answers "no such thing".
 *
 * Exports
 *   qf_start()                  make the runtime; once, before the memory is frozen into a snapshot
 *   qf_text(text, n, name)      give the prelude a text, as __native.texts[name]
 *   qf_load(source, n, name)    run a script of the prelude; gives a Reply
 *   qf_alloc(n)                 room for n bytes of input, or 0
 *   qf_seal()                   freeze the global object and collect garbage; before the snapshot
 *   qf_begin(now_us, seed)      the time and the seed of everything that follows
 *   qf_call(input, n)           call globalThis.__handle(JSON.parse(input)); gives a Reply
 * Imports, from the module "qflow"
 *   call(request, n) -> length  ask the host something; negative: refused
 *   take(room)                  copy the answer to the last call into room
 */
#include "quickjs.c"
#include "hash.h"
#include "json.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#define EXPORT(name) __attribute__((export_name(#name)))
#define STACK_BYTES (512 * 1024)

__attribute__((import_module("qflow"), import_name("call"))) int32_t host_call(const char *request, int32_t n);
__attribute__((import_module("qflow"), import_name("take"))) void host_take(char *room);

enum { OK = 0, THREW = 1, PENDING = 2, FAULT = 3 };

typedef struct {
    int32_t status;    /* OK, THREW (text is a JSON error), PENDING (a promise nobody settles), FAULT */
    const char *text;
    int32_t length;
    int32_t starved;   /* 1 once an allocation was refused */
} Reply;

static Reply reply;
static JSRuntime *runtime;
static JSContext *context;
static JSValue handler = JS_UNDEFINED;
static JSValue texts = JS_UNDEFINED; /* while the prelude is loaded */
static uint64_t clock_us;
static uint64_t chance;   /* the state of chance when it was last looked at */
static int clock_asked;

/* --- what the C library would ask of an operating system ------------------------------------- */

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    (void)zone;
    clock_asked = 1;
    now->tv_sec = clock_us / 1000000;
    now->tv_usec = clock_us % 1000000;
    return 0;
}

int clock_gettime(clockid_t id, struct timespec *now)
{
    (void)id;
    clock_asked = 1;
    now->tv_sec = clock_us / 1000000;
    now->tv_nsec = (clock_us % 1000000) * 1000;
    return 0;
}

struct tm *localtime_r(const time_t *restrict time, struct tm *restrict parts)
{
    return gmtime_r(time, parts);
}

/* The C library's standard streams: there are none. */
enum { BAD_FILE = 8 };
int32_t __imported_wasi_snapshot_preview1_fd_close(int32_t file) { (void)file; return BAD_FILE; }
int32_t __imported_wasi_snapshot_preview1_fd_fdstat_get(int32_t file, int32_t room)
{
    (void)file, (void)room;
    return BAD_FILE;
}
int32_t __imported_wasi_snapshot_preview1_fd_seek(int32_t file, int64_t by, int32_t from, int32_t room)
{
    (void)file, (void)by, (void)from, (void)room;
    return BAD_FILE;
}
int32_t __imported_wasi_snapshot_preview1_fd_write(int32_t file, int32_t parts, int32_t n, int32_t room)
{
    (void)file, (void)parts, (void)n, (void)room;
    return BAD_FILE;
}

_Noreturn void abort(void) { __builtin_trap(); }
_Noreturn void __assert_fail(const char *text, const char *file, int line, const char *function)
{
    (void)text, (void)file, (void)line, (void)function;
    __builtin_trap();
}

/* --- memory: the limit is the host's; remember that it was reached ---------------------------- */

static void *note(void *found, size_t size)
{
    if (!found && size)
        reply.starved = 1;
    return found;
}

static void *js_calloc_noted(void *opaque, size_t count, size_t size)
{
    (void)opaque;
    return note(calloc(count, size), count * size);
}
static void *js_malloc_noted(void *opaque, size_t size)
{
    (void)opaque;
    return note(malloc(size), size);
}
static void js_free_noted(void *opaque, void *block)
{
    (void)opaque;
    free(block);
}
static void *js_realloc_noted(void *opaque, void *block, size_t size)
{
    (void)opaque;
    return note(realloc(block, size), size);
}

/* --- natives for the prelude ------------------------------------------------------------------ */

/* hash(algorithm, text) -> lower-case hex, or undefined for an unknown algorithm */
static JSValue native_hash(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    (void)self, (void)argc;
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[64];
    char hex[128];
    size_t length, n;
    const char *name = JS_ToCString(ctx, argv[0]);
    if (!name)
        return JS_EXCEPTION;
    const char *text = JS_ToCStringLen(ctx, &length, argv[1]);
    if (!text) {
        JS_FreeCString(ctx, name);
        return JS_EXCEPTION;
    }
    n = qf_hash(name, (const uint8_t *)text, length, digest);
    JS_FreeCString(ctx, name);
    JS_FreeCString(ctx, text);
    if (!n)
        return JS_UNDEFINED;
    for (size_t i = 0; i < n; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    return JS_NewStringLen(ctx, hex, 2 * n);
}

/* utf8(text) -> ArrayBuffer */
static JSValue native_utf8(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    (void)self, (void)argc;
    size_t length;
    const char *text = JS_ToCStringLen(ctx, &length, argv[0]);
    if (!text)
        return JS_EXCEPTION;
    JSValue buffer = JS_NewArrayBufferCopy(ctx, (const uint8_t *)text, length);
    JS_FreeCString(ctx, text);
    return buffer;
}

/* text(ArrayBuffer) -> string, malformed UTF-8 replaced */
static JSValue native_text(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    (void)self, (void)argc;
    size_t length;
    const uint8_t *bytes = JS_GetArrayBuffer(ctx, &length, argv[0]);
    if (!bytes && length)
        return JS_EXCEPTION;
    return JS_NewStringLen(ctx, (const char *)bytes, length);
}

/* host(request) -> the host's answer, or undefined where it refuses */
static JSValue native_host(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    (void)self, (void)argc;
    size_t length;
    const char *request = JS_ToCStringLen(ctx, &length, argv[0]);
    if (!request)
        return JS_EXCEPTION;
    int32_t n = host_call(request, (int32_t)length);
    JS_FreeCString(ctx, request);
    if (n < 0)
        return JS_UNDEFINED;
    char *room = js_malloc(ctx, (size_t)n + 1);
    if (!room)
        return JS_EXCEPTION;
    host_take(room);
    JSValue answer = JS_NewStringLen(ctx, room, n);
    js_free(ctx, room);
    return answer;
}

/* freeze(object): no new properties, none changed or removed; does not look into it */
static JSValue native_freeze(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    (void)self, (void)argc;
    return JS_FreezeObject(ctx, argv[0]) < 0 ? JS_EXCEPTION : JS_UNDEFINED;
}

/* quote(text) -> the text as JSON writes it; far cheaper than JSON.stringify */
static JSValue native_quote(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    (void)self, (void)argc;
    return JS_ToQuotedString(ctx, argv[0]);
}

/* json(value) -> the text of a plain value, or undefined for one that JSON.stringify must look at */
static JSValue native_json(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    (void)self, (void)argc;
    StringBuffer out;
    if (string_buffer_init(ctx, &out, 64))
        return JS_EXCEPTION;
    JsonOutcome outcome = json_value(ctx, &out, argv[0], 0);
    if (outcome == JSON_WRITTEN)
        return string_buffer_end(&out);
    string_buffer_free(&out);
    return outcome == JSON_OTHER ? JS_UNDEFINED : JS_EXCEPTION;
}

/* looked() -> whether the clock or chance was asked for anything since it was last called */
static JSValue native_looked(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    (void)self, (void)argc, (void)argv;
    int looked = clock_asked || ctx->random_state != chance;
    clock_asked = 0;
    chance = ctx->random_state;
    return JS_NewBool(ctx, looked);
}

static const JSCFunctionListEntry natives[] = {
    JS_CFUNC_DEF("quote", 1, native_quote),
    JS_CFUNC_DEF("json", 1, native_json),
    JS_CFUNC_DEF("hash", 2, native_hash),
    JS_CFUNC_DEF("utf8", 1, native_utf8),
    JS_CFUNC_DEF("text", 1, native_text),
    JS_CFUNC_DEF("host", 1, native_host),
    JS_CFUNC_DEF("freeze", 1, native_freeze),
    JS_CFUNC_DEF("looked", 0, native_looked),
};

/* --- exports ----------------------------------------------------------------------------------- */

EXPORT(qf_start) int32_t qf_start(void)
{
    static const JSMallocFunctions allocator = {
        .js_calloc = js_calloc_noted,
        .js_malloc = js_malloc_noted,
        .js_free = js_free_noted,
        .js_realloc = js_realloc_noted,
        .js_malloc_usable_size = NULL,
    };
    runtime = JS_NewRuntime2(&allocator, NULL);
    if (!runtime)
        return -1;
    JS_SetMaxStackSize(runtime, STACK_BYTES);
    context = JS_NewContext(runtime);
    if (!context)
        return -1;
    JSValue global = JS_GetGlobalObject(context);
    JSValue object = JS_NewObject(context);
    JS_SetPropertyFunctionList(context, object, natives, sizeof natives / sizeof natives[0]);
    texts = JS_NewObject(context);
    JS_SetPropertyStr(context, object, "texts", JS_DupValue(context, texts));
    JS_SetPropertyStr(context, global, "__native", object);
    JS_FreeValue(context, global);
    return 0;
}

EXPORT(qf_alloc) char *qf_alloc(uint32_t n)
{
    char *room = malloc((size_t)n + 1);
    if (!room)
        reply.starved = 1;
    return room;
}

EXPORT(qf_text) int32_t qf_text(char *text, uint32_t n, const char *name)
{
    JSValue value = JS_NewStringLen(context, text, n);
    free(text);
    return JS_SetPropertyStr(context, texts, name, value);
}

EXPORT(qf_begin) void qf_begin(uint64_t now_us, uint64_t seed)
{
    clock_us = now_us;
    context->random_state = seed ? seed : 1;
}

static void forget(void)
{
    if (reply.text)
        JS_FreeCString(context, reply.text);
    reply.text = NULL;
    reply.length = 0;
}

static void answer(int32_t status, JSValue value)
{
    size_t length = 0;
    reply.status = status;
    reply.text = JS_ToCStringLen(context, &length, value);
    reply.length = (int32_t)length;
    JS_FreeValue(context, value);
    if (!reply.text) {
        JS_FreeValue(context, JS_GetException(context));
        reply.status = FAULT;
    }
}

/* The pending exception, or a rejected promise's reason, as {"name","message","stack"}. */
static void answer_error(JSValue error)
{
    static const char *const fields[] = { "name", "message", "stack" };
    JSValue plain = JS_NewObject(context);
    for (size_t i = 0; i < 3; i++) {
        JSValue value = JS_IsObject(error) ? JS_GetPropertyStr(context, error, fields[i]) : JS_UNDEFINED;
        if (i == 1 && !JS_IsObject(error))
            value = JS_ToString(context, error);
        if (JS_IsException(value)) {
            JS_FreeValue(context, JS_GetException(context));
            value = JS_UNDEFINED;
        }
        if (JS_IsString(value))
            JS_SetPropertyStr(context, plain, fields[i], value);
        else
            JS_FreeValue(context, value);
    }
    JS_FreeValue(context, error);
    JSValue text = JS_JSONStringify(context, plain, JS_UNDEFINED, JS_UNDEFINED);
    JS_FreeValue(context, plain);
    if (JS_IsException(text)) {
        JS_FreeValue(context, JS_GetException(context));
        reply.status = FAULT;
        return;
    }
    answer(THREW, text);
}

/* A compiled script without its source text, which would be kept for Function.prototype.toString. */
static JSValue stripped(JSValue script)
{
    size_t size;
    if (JS_IsException(script))
        return script;
    uint8_t *code = JS_WriteObject(context, &size, script, JS_WRITE_OBJ_BYTECODE | JS_WRITE_OBJ_STRIP_SOURCE);
    JS_FreeValue(context, script);
    if (!code)
        return JS_EXCEPTION;
    script = JS_ReadObject(context, code, size, JS_READ_OBJ_BYTECODE);
    js_free(context, code);
    return script;
}

EXPORT(qf_load) Reply *qf_load(char *source, uint32_t n, const char *name)
{
    forget();
    source[n] = 0;
    JSValue value = stripped(JS_Eval(context, source, n, name, JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY));
    free(source);
    if (!JS_IsException(value))
        value = JS_EvalFunction(context, value);
    if (JS_IsException(value)) {
        answer_error(JS_GetException(context));
        return &reply;
    }
    JS_FreeValue(context, value);
    reply.status = OK;
    JSValue global = JS_GetGlobalObject(context);
    JSValue found = JS_GetPropertyStr(context, global, "__handle");
    if (JS_IsFunction(context, found)) {
        JSAtom atom = JS_NewAtom(context, "__handle");
        JS_FreeValue(context, handler);
        handler = found;
        JS_DeleteProperty(context, global, atom, 0);
        JS_FreeAtom(context, atom);
    } else {
        JS_FreeValue(context, found);
    }
    JS_FreeValue(context, global);
    return &reply;
}

/* The last step before the memory becomes a snapshot: nothing new on the global object, no garbage. */
EXPORT(qf_seal) int32_t qf_seal(void)
{
    JS_FreeValue(context, texts);
    texts = JS_UNDEFINED;
    JSValue global = JS_GetGlobalObject(context);
    int32_t frozen = JS_FreezeObject(context, global);
    JS_FreeValue(context, global);
    forget();
    JS_RunGC(runtime);
    return frozen;
}

EXPORT(qf_call) Reply *qf_call(char *input, uint32_t n)
{
    JSContext *ran;
    forget();
    input[n] = 0;
    JSValue argument = JS_ParseJSON(context, input, n, "<input>");
    free(input);
    JSValue value = JS_IsException(argument) ? JS_EXCEPTION : JS_Call(context, handler, JS_UNDEFINED, 1, &argument);
    JS_FreeValue(context, argument);
    while (!JS_IsException(value) && JS_ExecutePendingJob(runtime, &ran) > 0)
        ;
    if (JS_IsException(value)) {
        answer_error(JS_GetException(context));
        return &reply;
    }
    if (JS_IsPromise(value)) {
        JSPromiseStateEnum state = JS_PromiseState(context, value);
        JSValue settled = state == JS_PROMISE_PENDING ? JS_UNDEFINED : JS_PromiseResult(context, value);
        JS_FreeValue(context, value);
        if (state == JS_PROMISE_PENDING) {
            reply.status = PENDING;
            return &reply;
        }
        if (state == JS_PROMISE_REJECTED) {
            answer_error(settled);
            return &reply;
        }
        value = settled;
    }
    answer(OK, value);
    return &reply;
}
