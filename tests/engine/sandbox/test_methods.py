"""Methods that expressions have beside JavaScript's own."""

from __future__ import annotations

import hashlib

import pytest

UNDEFINED = {"$undefined": True}

ARRAYS = [
    ("[1, 2].append(3, 4)", [1, 2, 3, 4]),
    ("[12, 1, 5].average()", 6),
    ("[1, 2, 3, 4, 5].chunk(2)", [[1, 2], [3, 4], [5]]),
    ('[2, null, 1, "", undefined].compact()', [2, 1]),
    ("[1, 2, {a: 1}].difference([{a: 1}, 2])", [1]),
    ("[[1], [2]].intersection([[2], [3]])", [[2]]),
    ("[1, [2], 1].union([[2], 3])", [1, [2], 3]),
    ("[].isEmpty()", True),
    ("[4, 5].first() + [4, 5].last()", 9),
    ("[3, 1].min() + [3, 1].max()", 4),
    ("[{a: 1, b: 2}, 5, {c: 3}].pluck('a')", [1]),
    ("[{a: 1, b: 2}, {a: 3, b: 4}].pluck('a', 'b')", [[1, 2], [3, 4]]),
    ("[{a: 1, n: 1}, {a: 1, n: 2}].removeDuplicates('a')", [{"a": 1, "n": 1}]),
    ("[{a: 1}, {b: 2}].renameKeys('a', 'x', 'b', 'y')", [{"x": 1}, {"y": 2}]),
    ("[{k: 'a', v: 1}, {k: 'b', v: 2}].smartJoin('k', 'v')", {"a": 1, "b": 2}),
    ("[{a: 1}, {a: 2, b: 3}].merge()", {"a": 1, "b": 3}),
    ("[1, 2, 3].sum()", 6),
    ("[1, 1, {}, {}].unique()", [1, {}]),
    ("['a'].toJsonString()", '["a"]'),
    ("[1, 2].length()", 2),
    ("[{b: 1, a: 2}].pluck('a', 'b')", [[1, 2]]),
    ("[{a: 1}, {b: 2}, [3]].pluck('a', '0')", [1, 3]),
    ("[[1], [], {}, {a: [null, 2]}, 'nil', 0].compact()", [{"0": 1}, {"a": {"1": 2}}, 0]),
    ("[{a: 1}, {z: 2}].merge([{a: 3, b: 4}])", {"a": 1, "b": 4}),
    ("[{a: 1, b: 2}].renameKeys('a', 'b')", [{"b": 1}]),
    ("[{a: 1}, {a: 2}].unique('a, b')", [{"a": 1}]),
    ("[1].toInt() ?? [1].toBoolean()", UNDEFINED),
    ("[1, 2].includes([1, 2].randomItem())", True),
    ("[1, [2]].toString()", "1,2"),
]
STRINGS = [
    ("'hello'.hash()", hashlib.md5(b"hello").hexdigest()),
    ("'hällo'.hash('sha512')", hashlib.sha512("hällo".encode()).hexdigest()),
    ("'hello'.hash('sha3')", hashlib.sha3_512(b"hello").hexdigest()),
    ("'hällo'.base64Encode()", "aMOkbGxv"),
    ("'aMOkbGxv'.base64Decode()", "hällo"),
    ("'Write to me@example.com now'.extractEmail()", "me@example.com"),
    ("'See http://example.com/a?b=1 there'.extractUrl()", "http://example.com/a?b=1"),
    ("'https://user@www.example.com:80/a'.extractDomain()", "www.example.com"),
    ("'plain words'.extractDomain()", UNDEFINED),
    ("'https://example.com/a/b?c'.extractUrlPath()", "/a/b"),
    ("'example.org'.isDomain()", True),
    ("'example'.isDomain()", False),
    ("'me@example.com'.isEmail()", True),
    ("'1e5'.isNumeric()", True),
    ("' 5'.isNumeric()", False),
    ("'https://example.com/x'.isUrl()", True),
    ("'{\"a\": 1}'.parseJson()", {"a": 1}),
    ("'say \"hi\"'.quote()", '"say \\"hi\\""'),
    ("'# Title\\n**bold** and [link](x)'.removeMarkdown()", "Title\nbold and link"),
    ("'<b>bold</b>'.removeTags()", "bold"),
    ("'Ærø déjà Žižek'.replaceSpecialChars()", "AEro deja Zizek"),
    ("'no'.toBoolean()", False),
    ("'2.5'.toFloat()", 2.5),
    ("'12 apples'.toInt()", 12),
    ("'1e3'.toNumber()", 1000),
    ("'one. two! three'.toSentenceCase()", "One. Two! Three"),
    ("'Snake case-now!'.toSnakeCase()", "snake_case_now"),
    ("'the lord of the rings'.toTitleCase()", "The Lord of the Rings"),
    ("'a b&c'.urlEncode()", "a%20b%26c"),
    ("'a%20b'.urlDecode()", "a b"),
    ("'2020-02-30'.toDateTime", UNDEFINED),
    ("' '.isBlank() && 'a'.isNotBlank()", True),
    ("'0x1F'.toInt() + 'R$ 5'.toInt()", 36),
    ("'€12.50'.toFloat() + 'CHF 1'.toNumber()", 13.5),
    ("''.toBoolean()", False),
    ("'\\t12'.isNumeric()", True),
    ("'iPhone vs. NASA: a http://x.org'.toTitleCase()", "iPhone vs. NASA: a http://x.org"),
    ("'3 dogs... WOW'.toSentenceCase()", "3 Dogs... Wow"),
    ("' A  b-C.'.toSnakeCase()", "_a__b_c"),
    ("'![pic](x) > `code` and [^1]note'.removeMarkdown()", "  code and note"),
    ("'😀x'.replaceSpecialChars()", "?x"),
    ("'Ёлка Їжак カナ ½ ± „ab'.replaceSpecialChars()", "Yolka Yizhak kana 1/2 +- ,,ab"),
    ("'http://a.org/b'.isUrl() && !'ftps://a.org'.isUrl() && !'http://a'.isUrl()", True),
    ("'localhost'.isDomain() && 'a.org/b?c#d'.isDomain() && !'http://a.org'.isDomain()", True),
    ("'mailto:y.org'.extractDomain() + '//z.org'.extractDomain()", "y.orgz.org"),
    ("'me@[10.0.0.1]'.extractDomain()", "[10.0.0.1]"),
    ("'mail a.b@c.org, d@e.org'.extractEmail()", "a.b@c.org"),
    ("'https://u@a.org/b/../c d/%e?q'.extractUrlPath()", "/c%20d/%e"),
    ("'mailto:a@b'.extractUrlPath() + 'file:///x/y'.extractUrlPath()", "a@b/x/y"),
    ("'https://a b/c'.extractUrlPath() ?? 'a/b'.extractUrlPath()", UNDEFINED),
]
NUMBERS = [
    ("(1.45).round(1)", 1.4),
    ("(1234567.891).format()", "1,234,567.891"),
    ("(1234.5).format('de-DE', { style: 'currency', currency: 'EUR' })", "1.234,50\u00a0€"),
    ("(0.256).format('fr-FR', { style: 'percent' })", "26\u00a0%"),
    ("(1234567).format('en-IN')", "12,34,567"),
    ("(12345).format('en-US', { notation: 'compact' })", "12K"),
    ("(3).isOdd() && (4).isEven() && (4).isInteger()", True),
    ("(0).toBoolean()", False),
    ("(-2.5).abs()", 2.5),
    ("(2.5).floor() + (2.5).ceil()", 5),
    ("'3.7'.toWholeNumber() + '3.7'.toDecimalNumber()", 6.7),
    ("(1700000000).toDateTime('s').toISO()", "2023-11-14T17:13:20.000-05:00"),
    ("(45345).toDateTime('excel').toUTC().toISODate()", "2024-02-23"),
    ("true.toNumber() + false.toInt()", 1),
    ("(0).isEmpty() && NaN.isEmpty() && false.isEmpty() && (5).isNotEmpty()", True),
]
OBJECTS = [
    ("({a: null, b: 1, c: ''}).compact()", {"b": 1}),
    ("({a: 1}).hasField('a')", True),
    ("({a: 1, b: 2}).merge({b: 3, c: 4})", {"a": 1, "b": 2, "c": 4}),
    ("({a: 'x1', b: 'y', c: 5}).removeFieldsContaining('x')", {"b": "y", "c": 5}),
    ("({a: 'x1', b: 'y', c: 5}).keepFieldsContaining('x')", {"a": "x1"}),
    ("({a: 1, b: 2}).removeField('a')", {"b": 2}),
    ("({a: 'b c', d: '&'}).urlEncode()", "a=b+c&d=%26"),
    ("({a: 1}).keys().concat(({a: 1}).values())", ["a", 1]),
    ("({ first: () => 7 }).first()", 7),
    ("({a: {}, b: {c: null}}).compact()", {"b": {}}),
    ("({a: 1}).toDateTime()", UNDEFINED),
    ("[...new Map([['a', 1]]).keys()]", ["a"]),
]
DATES = [
    ("$now.plus(1, 'day').toISO()", "2023-11-15T17:13:20.000-05:00"),
    ("$now.minus({ hours: 2 }).hour", 15),
    ("$today.toISO()", "2023-11-14T00:00:00.000-05:00"),
    ("$now.format('yyyy LLL dd')", "2023 Nov 14"),
    ("$now.beginningOf('month').toISODate()", "2023-11-01"),
    ("$now.endOfMonth().day", 30),
    ("$now.startOf('year').toISODate() + $now.toLocal().zoneName", "2023-01-01America/New_York"),
    ("$now.minus(2, 'hours').isInLast(3, 'hours')", True),
    ("'2024-01-02'.toDate()", {"$date": "2024-01-02T00:00:00.000Z"}),
    ("$now.extract('week')", 46),
    ("'2024-03-10'.toDateTime().diffTo('2024-03-01', 'days')", 9),
    ("$now.minus(3, 'days').diffToNow('days')", -3),
    ("'2024-07-01'.toDateTime().isDst()", True),
    ("'2024-06-01'.toDateTime().isWeekend()", True),
    ("$now.isBetween('2023-01-01', '2024-01-01')", True),
    ("new Date('2024-01-31T12:00:00Z').plus(1, 'month')", {"$date": "2024-02-29T12:00:00.000Z"}),
    ("'2024-01-01T10:00:00+05:00'.toDateTime().toISO()", "2024-01-01T10:00:00.000+05:00"),
    ("'2024-01-01T10:00:00.000Z'.toDateTime().zoneName", "UTC"),
    ("'2024-01-01T10:00:00'.toDateTime().zoneName", "America/New_York"),
    ("'31-12-2020'.toDateTime('dd/MM/yyyy').isValid || 'x'.toDateTime('s').isValid", False),
    ("'2024-01-02T03:04:05.678Z'.plus(1, 'hr').toISOString()", "2024-01-02T04:04:05.678Z"),
    ("$now.plus(5, 'mins').diff($now).as('minutes')", 5),
    ("$now.diffTo($now.minus(1, 'day'), ['hours'])", 24),
    ("$now.isBetween('2023-11-14T22:13:19Z', $now.plus(1))", True),
    ("$now.toLocaleString(DateTime.TIME_SIMPLE)", "5:13 PM"),
    ("$now.setZone('Asia/Tokyo').toISO()", "2023-11-15T07:13:20.000+09:00"),
    ("$now.setLocale('de').toFormat('d. LLLL yyyy')", "14. November 2023"),
    ("$now.toLocaleString(DateTime.DATE_FULL)", "November 14, 2023"),
    ("$now.setLocale('fr').toLocaleString(DateTime.DATE_MED)", "14 nov. 2023"),
    ("$now.plus(1, 'day').toRelative()", "in 1 day"),
    ("Duration.fromObject({ hours: 2, minutes: 7 }).toHuman()", "2 hours, 7 minutes"),
    ("Interval.fromDateTimes($today, $now).length('hours') > 17", True),
    ("DateTime.fromFormat('05/03/2024', 'dd/MM/yyyy').toISODate()", "2024-03-05"),
    ("DateTime.fromISO('2024-03-10T02:30').toISO()", "2024-03-10T03:30:00.000-04:00"),
    ("DateTime.fromISO('1900-01-01T00:00').offset", -300),
    ("DateTime.fromISO('2080-07-01T00:00').offset", -240),
]
FUNCTIONS = [
    ("$if(false, 1)", False),
    ("$if(true, 1, nothing.here.at.all)", 1),
    ("$if(false, $('No such step').item, $if(true, 'inner'))", "inner"),
    ("$ifEmpty(new Date(0), 'empty')", "empty"),
    ("$average()", 0),
    ("numberList('1', '2')", [1, 2]),
    ("({}).no?.isEmpty()", UNDEFINED),
    ("({}).no?.more.isEmpty()", UNDEFINED),
    ("({})?.more.isEmpty()", True),
    ("({}).no?.first().more.deeper || 'else'", "else"),
    ("[[3, 4]]?.[0].first()?.toString().length()", 1),
    ("[[1], null].map((list) => list?.first() ?? 'none')", [1, "none"]),
    ("process.env.HOME || 'hidden'", "hidden"),
    ("$if(1 > 2, 'yes', 'no')", "no"),
    ("$ifEmpty([], 'empty')", "empty"),
    ("$ifEmpty(0, 'empty')", 0),
    ("$min(3, 1) + $max(3, 1)", 4),
    ("$jmespath({ a: [{ n: 1 }, { n: 2 }] }, 'a[?n > `1`].n | [0]')", 2),
    ("numberList(3, 1)", [3, 2, 1]),
    ("null.isEmpty() && !undefined.isNotEmpty()", True),
    ("['b', 'a', 'C', 'á'].sort((x, y) => x.localeCompare(y))", ["a", "á", "b", "C"]),
    ("[2, 10].map(String).sort((x, y) => x.localeCompare(y, 'en', { numeric: true }))", ["2", "10"]),
]


@pytest.mark.parametrize(
    ("code", "wanted"),
    [*ARRAYS, *STRINGS, *NUMBERS, *OBJECTS, *DATES, *FUNCTIONS],
    ids=lambda part: str(part)[:60],
)
def test_a_method_gives(value, code, wanted):
    assert value(f"{{{{ {code} }}}}") == wanted


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("[1, 'x'].sum()", "sum(): all array elements must be numbers"),
        ("[1].chunk()", "chunk(): expected non-zero numeric arg, e.g. .chunk(5)"),
        ("(1.5).isOdd()", "isOdd() is only callable on integers"),
        ("'x'.toInt()", "cannot convert to integer"),
        ("'x'.toDateTime()", "cannot convert to Luxon DateTime"),
        ("'x'.parseJson()", "Parsing failed"),
        ("$now.diffTo('2024-01-01', 'moons')", "Unsupported unit 'moons'"),
        ("$now.isBetween($now)", "isBetween(): expected exactly two args"),
        ("(5).hash()", 'hash() is only callable on type "String"'),
        ("'5'.format()", 'format() is only callable on types "Date", and "Number"'),
        ("({})?.more.first()", "first can't be used on undefined value"),
        ("'x'.hash('md4')", "are: md5,sha1,sha224,sha256,sha384,sha512,sha3, and Base64."),
        ("(5).toDateTime('days')", "Unsupported format 'days'"),
        ("$now.diffTo('x')", "cannot convert to Luxon DateTime"),
        ("({a: 1}).keepFieldsContaining('')", "argument of keepFieldsContaining must be a non-empty string"),
        ("zip('a', [])", "keys and values must be arrays"),
        ("$jmespath('text', 'a')", "expected two arguments (Object, string) for this function"),
        ("$if(true)", "invalid syntax"),
        ("", "invalid syntax"),
        ("zip([1], [])", "keys and values not of equal length"),
    ],
)
def test_a_method_refuses(fault, code, message):
    assert message in fault(f"{{{{ {code} }}}}")


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/Sao_Paulo", "Australia/Lord_Howe"]
)
def test_zones_agree_with_pythons_over_the_years(batch, zone):
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    times = [
        datetime(year, month, 1, 12, tzinfo=UTC) for year in range(1930, 2090, 5) for month in (1, 4, 7, 11)
    ]
    items = [{"at": int(time.timestamp()) * 1000} for time in times]
    found = batch(["{{ DateTime.fromMillis($json.at).offset }}"], items, zone=zone)
    wanted = [time.astimezone(ZoneInfo(zone)).utcoffset().total_seconds() // 60 for time in times]
    assert [row[0] // 1 for row in found.values] == wanted
