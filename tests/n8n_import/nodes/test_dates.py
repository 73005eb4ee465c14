"""n8n's node for dates, translated and run."""

from __future__ import annotations

from tests.n8n_import.support import first_output, node, run, workflow

AT = "2023-04-11T10:20:30+02:00"


def dated(version, *given, zone="America/New_York"):
    """What each set of parameters gives for an item whose field ``d`` is ``AT``."""
    data = {"mode": "raw", "jsonOutput": f'{{"d": "{AT}"}}'}
    nodes = [node("Start", "manualTrigger"), node("Set", "set", 3.4, data)]
    nodes += [node(f"N{number}", "dateTime", version, one) for number, one in enumerate(given)]
    wires = ["Start -> Set", *(f"Set -> N{number}" for number in range(len(given)))]
    settings = {"executionOrder": "v1", "timezone": zone}
    steps = run(workflow(nodes, *wires, settings=settings))
    return [first_output(steps, f"N{number}")[0] for number in range(len(given))]


def shown(date, **more):
    return {"operation": "formatDate", "date": date, "format": "custom", "customFormat": "dd HH:mm z", **more}


def test_a_date_ahead_of_utc_is_shown_in_its_own_zone_and_any_other_in_utc():
    found = dated(
        2, shown("={{ $json.d }}"), shown(AT.replace("+", "-")), shown(AT, options={"timezone": True})
    )
    assert [one["formattedDate"] for one in found] == [
        "11 10:20 UTC+2",
        "11 12:20 UTC",
        "11 04:20 America/New_York",
    ]


def test_a_date_object_keeps_its_zone():
    found = dated(
        2,
        shown("={{ DateTime.fromISO($json.d) }}"),
        shown("={{ DateTime.fromISO($json.d, { zone: 'Asia/Tokyo' }) }}"),
        {"operation": "addToDate", "magnitude": "={{ $json.d.toDateTime().toUTC() }}", "duration": 1},
    )
    assert [next(iter(one.values())) for one in found] == [
        "11 04:20 America/New_York",
        "11 17:20 Asia/Tokyo",
        "2023-04-12T08:20:30.000Z",
    ]


def test_a_dot_in_the_name_of_the_result_is_part_of_it():
    found = dated(2, {"operation": "extractDate", "date": AT, "outputFieldName": "a.b"})
    assert found + dated(1, {"value": AT, "dataPropertyName": "a.b"}) == [
        {"a.b": 4},
        {"d": AT, "a.b": "04/11/2023"},
    ]


def test_the_older_node_reads_a_format_loosely():
    formats = {
        "2023-01-31T10:00:00Z": "YYYY-MM-DD",
        "5/1/23 3:04 pm": "DD/MM/YY hh:mm A",
        "on January 5th, 2023": "MMM Do YYYY",
        "20230131": "YYYYMMDD",
        "10:30": "HH:mm",
        "31.12.2022 23:00 +0100": "DD.MM.YYYY HH:mm Z",
    }
    written = {"custom": True, "toFormat": "YYYY-MM-DD HH:mm"}
    found = dated(
        1,
        *(
            {"value": f"={{{{ '{a}' }}}}", **written, "options": {"fromFormat": b}}
            for a, b in formats.items()
        ),
    )
    told = [one["data"] for one in found]
    assert told[:4] == ["2023-01-31 00:00", "2023-01-05 15:04", "2023-01-05 00:00", "2023-01-31 00:00"]
    assert told[4].endswith("10:30")
    assert told[5] == "2022-12-31 22:00"


def test_in_the_older_node_either_zone_stands_for_the_flows_where_it_is_not_given():
    written = {"value": "2023-01-31 10:00", "custom": True, "toFormat": "HH:mm"}
    zones = {"fromTimezone": "Europe/Berlin"}, {"toTimezone": "Europe/Berlin"}, {}
    found = dated(1, *({**written, "options": one} for one in zones))
    assert [one["data"] for one in found] == ["04:00", "16:00", "10:00"]


def test_the_older_node_moves_by_whole_days_and_months():
    found = dated(
        1,
        {"action": "calculate", "value": "2023-01-31", "duration": 1.5},
        {"action": "calculate", "value": "2023-01-31", "duration": 0.5, "timeUnit": "quarters"},
    )
    assert [one["data"] for one in found] == ["2023-02-02T00:00:00.000Z", "2023-03-31T00:00:00.000Z"]
