/*
 * Plain values as JSON text, at about a tenth of what JSON.stringify takes.
 *
 * Plain are null, booleans, numbers, strings, and arrays and objects of them that have the prototype of
 * their kind (or an object none), data properties alone and no toJSON. No code runs while one is read.
 * The text is that of JSON.stringify; half of a surrogate pair is written as \ufffd.
 *
 * Included behind quickjs.c, whose inner structures it reads.
 */
#ifndef QF_JSON_H
#define QF_JSON_H

enum { JSON_DEPTH_MAX = 100 }; /* what is deeper, or goes in circles, is for JSON.stringify */

typedef enum { JSON_FAILED = -1, JSON_WRITTEN, JSON_OTHER } JsonOutcome;

static JsonOutcome json_value(JSContext *ctx, StringBuffer *out, JSValueConst value, int depth);

static JsonOutcome json_done(int failed)
{
    return failed ? JSON_FAILED : JSON_WRITTEN;
}

static int json_is_plain(uint32_t c)
{
    return c >= 32 && c != '"' && c != '\\';
}

static int json_escaped(StringBuffer *out, uint32_t c)
{
    static const char letters[] = "\bb\tt\nn\ff\rr\"\"\\\\";
    char text[8];
    for (const char *at = letters; *at; at += 2)
        if ((uint32_t)*at == c)
            return string_buffer_putc8(out, '\\') || string_buffer_putc8(out, at[1]);
    snprintf(text, sizeof text, "\\u%04x", c);
    return string_buffer_puts8(out, text);
}

static int json_wide(StringBuffer *out, JSString *string)
{
    for (int at = 0; at < string->len;) {
        uint32_t c = string_getc(string, &at);
        if (is_surrogate(c)) {
            if (string_buffer_puts8(out, "\\ufffd"))
                return -1;
        } else if (json_is_plain(c) ? string_buffer_putc(out, c) : json_escaped(out, c)) {
            return -1;
        }
    }
    return 0;
}

static int json_narrow(StringBuffer *out, JSString *string)
{
    const uint8_t *text = str8(string);
    int start = 0, end = string->len;
    for (int at = 0; at < end; at++) {
        if (json_is_plain(text[at]))
            continue;
        if ((at > start && string_buffer_write8(out, text + start, at - start)) || json_escaped(out, text[at]))
            return -1;
        start = at + 1;
    }
    return end > start ? string_buffer_write8(out, text + start, end - start) : 0;
}

static int json_string(StringBuffer *out, JSString *string)
{
    return string_buffer_putc8(out, '"') ||
           (string->is_wide_char ? json_wide(out, string) : json_narrow(out, string)) ||
           string_buffer_putc8(out, '"');
}

/* A rope, or a number with a fraction: by way of its own text. */
static JsonOutcome json_by_text(JSContext *ctx, StringBuffer *out, JSValueConst value, int quoted)
{
    JSValue text = JS_ToString(ctx, value);
    if (JS_IsException(text))
        return JSON_FAILED;
    int failed = quoted ? json_string(out, JS_VALUE_GET_STRING(text)) : string_buffer_concat_value(out, text);
    JS_FreeValue(ctx, text);
    return json_done(failed);
}

static JsonOutcome json_array(JSContext *ctx, StringBuffer *out, JSObject *array, int depth)
{
    uint32_t count = array->u.array.count;
    JSValue length = array->prop[0].u.value;
    if (!array->fast_array || array->shape->prop_count != 1 || JS_VALUE_GET_TAG(length) != JS_TAG_INT ||
        (uint32_t)JS_VALUE_GET_INT(length) != count)
        return JSON_OTHER;
    if (string_buffer_putc8(out, '['))
        return JSON_FAILED;
    for (uint32_t i = 0; i < count; i++) {
        JSValueConst element = array->u.array.u.values[i];
        if (i && string_buffer_putc8(out, ','))
            return JSON_FAILED;
        JsonOutcome outcome = JS_IsUndefined(element) ? json_done(string_buffer_puts8(out, "null"))
                                                      : json_value(ctx, out, element, depth + 1);
        if (outcome != JSON_WRITTEN)
            return outcome;
    }
    return json_done(string_buffer_putc8(out, ']'));
}

static JsonOutcome json_object(JSContext *ctx, StringBuffer *out, JSObject *object, int depth)
{
    JSShapeProperty *property = get_shape_prop(object->shape);
    int some = 0;
    if (string_buffer_putc8(out, '{'))
        return JSON_FAILED;
    for (uint32_t i = 0; i < object->shape->prop_count; i++, property++) {
        uint32_t index;
        JSValueConst value = object->prop[i].u.value;
        if (property->atom == JS_ATOM_NULL || JS_AtomGetKind(ctx, property->atom) != JS_ATOM_KIND_STRING)
            continue;
        if (property->atom == JS_ATOM_toJSON || (property->flags & JS_PROP_TMASK) != JS_PROP_NORMAL ||
            JS_AtomIsArrayIndex(ctx, &index, property->atom)) /* those come first, in the order of numbers */
            return JSON_OTHER;
        if (!(property->flags & JS_PROP_ENUMERABLE) || JS_IsUndefined(value))
            continue;
        if ((some++ && string_buffer_putc8(out, ',')) ||
            json_string(out, ctx->rt->atom_array[property->atom]) || string_buffer_putc8(out, ':'))
            return JSON_FAILED;
        JsonOutcome outcome = json_value(ctx, out, value, depth + 1);
        if (outcome != JSON_WRITTEN)
            return outcome;
    }
    return json_done(string_buffer_putc8(out, '}'));
}

static JsonOutcome json_compound(JSContext *ctx, StringBuffer *out, JSObject *object, int depth)
{
    JSObject *proto = object->shape->proto;
    if (depth >= JSON_DEPTH_MAX || js_check_stack_overflow(ctx->rt, 0))
        return JSON_OTHER;
    if (object->class_id == JS_CLASS_ARRAY && proto == JS_VALUE_GET_OBJ(ctx->class_proto[JS_CLASS_ARRAY]))
        return json_array(ctx, out, object, depth);
    if (object->class_id == JS_CLASS_OBJECT && !object->is_exotic &&
        (!proto || proto == JS_VALUE_GET_OBJ(ctx->class_proto[JS_CLASS_OBJECT])))
        return json_object(ctx, out, object, depth);
    return JSON_OTHER;
}

static JsonOutcome json_value(JSContext *ctx, StringBuffer *out, JSValueConst value, int depth)
{
    char digits[16];
    switch (JS_VALUE_GET_NORM_TAG(value)) {
    case JS_TAG_NULL:
        return json_done(string_buffer_puts8(out, "null"));
    case JS_TAG_BOOL:
        return json_done(string_buffer_puts8(out, JS_VALUE_GET_BOOL(value) ? "true" : "false"));
    case JS_TAG_INT:
        return json_done(string_buffer_write8(out, (uint8_t *)digits, i32toa(digits, JS_VALUE_GET_INT(value))));
    case JS_TAG_FLOAT64:
        if (!isfinite(JS_VALUE_GET_FLOAT64(value)))
            return json_done(string_buffer_puts8(out, "null"));
        return json_by_text(ctx, out, value, 0);
    case JS_TAG_STRING:
        return json_done(json_string(out, JS_VALUE_GET_STRING(value)));
    case JS_TAG_STRING_ROPE:
        return json_by_text(ctx, out, value, 1);
    case JS_TAG_OBJECT:
        return json_compound(ctx, out, JS_VALUE_GET_OBJ(value), depth);
    default:
        return JSON_OTHER;
    }
}

#endif
