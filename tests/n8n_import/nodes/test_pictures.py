"""n8n's nodes for pictures, charts and calendars, translated and run."""

from __future__ import annotations

import pytest

from tests.n8n_import.support import first_output, node, run, translated, workflow


def step(kind, version=1, **parameters):
    return translated(kind, version, parameters).flow.steps[0]


@pytest.mark.parametrize(
    ("parameters", "changes"),
    [
        ({}, [{"kind": "border", "width": 10, "height": 10, "colour": "#000000"}]),
        ({"operation": "blur", "blur": 5, "sigma": 3}, [{"kind": "blur", "radius": 3}]),
        (
            {"operation": "resize", "width": 9, "height": 8, "resizeOption": "percent"},
            [{"kind": "resize", "width": 9, "height": 8, "fit": "percent"}],
        ),
        (
            {
                "operation": "multiStep",
                "operations": {
                    "operations": [
                        {"operation": "create", "width": 5},
                        {"operation": "shear", "degreesX": 5},
                    ]
                },
            },
            [
                {"kind": "create", "width": 5, "height": 50, "colour": "#ffffff00"},
                {"kind": "shear", "x": 5, "y": 0},
            ],
        ),
        (
            {"operation": "composite", "dataPropertyNameComposite": "b", "operator": "Xor"},
            [{"kind": "composite", "property": "b", "x": 0, "y": 0, "blend": "xor"}],
        ),
    ],
)
def test_changes_of_pictures_are_translated(parameters, changes):
    found = step("editImage", **parameters)
    assert found.type == "image.edit"
    assert found.parameters["changes"] == changes


def test_a_picture_is_made_changed_and_described():
    many = [
        {"operation": "create", "width": 30, "height": 20, "backgroundColor": "#ff0000"},
        {"operation": "text", "text": "={{ $json.t }}", "positionX": 2, "positionY": 15},
        {"operation": "resize", "width": 10, "height": 10, "resizeOption": "ignoreAspectRatio"},
    ]
    steps = run(
        workflow(
            [
                node("Start", "manualTrigger"),
                node("Set", "set", 3.4, {"mode": "raw", "jsonOutput": '{"t": "hi"}'}),
                node("Edit", "editImage", 1, {"operation": "multiStep", "operations": {"operations": many}}),
                node("Tell", "editImage", 1, {"operation": "information"}),
            ]
        )
    )
    (found,) = first_output(steps, "Tell")
    assert "t" not in found
    assert (found["format"], found["size"]) == ("PNG", {"width": 10, "height": 10})


@pytest.mark.parametrize("operator", ["CopyCyan", "={{ 1 }}"])
def test_what_pictures_are_not_put_together_by_is_refused(operator):
    given = {"operation": "composite", "dataPropertyNameComposite": "b", "operator": operator}
    assert step("editImage", **given).type == "flow.unsupported"


def test_a_chart_is_translated():
    found = step(
        "quickChart",
        chartType="line",
        labelsUi={"labelsValues": [{"label": "a"}, {"label": "={{ $json.b }}"}]},
        data="={{ $json.values }}",
        output="chart",
        datasetOptions={"label": "L"},
        chartOptions={"width": 100, "format": "svg", "devicePixelRatio": 2},
    )
    assert found.type == "chart.image"
    assert found.parameters == {
        "kind": "line",
        "labels": ["a", "{{ $json.b }}"],
        "labelsOf": "first",
        "values": "{{ $json.values }}",
        "property": "chart",
        "series": {"label": "L"},
        "width": 100,
        "format": "svg",
        "ratio": 2,
    }
    array = step("quickChart", labelsMode="array", labelsArray='=["a"]', chartOptions={"horizontal": True})
    assert (array.parameters["labels"], array.parameters["kind"]) == ('["a"]', "horizontalBar")
    assert array.parameters["series"] == {"label": "Chart"}
    given = {
        "chartType": "violin",
        "chartOptions": {"horizontal": True},
        "datasetOptions": {"pointStyle": "star"},
    }
    violin = step("quickChart", **given).parameters
    assert (violin["kind"], violin["series"]) == ("horizontalViolin", {"label": "Chart", "itemStyle": "star"})


@pytest.mark.parametrize("kind", ["iCal", "convertToFile"])
def test_an_event_becomes_a_calendar_file_and_is_read_again(kind):
    more = {
        "attendeesUi": {"attendeeValues": [{"email": "a@example.com", "name": "A", "rsvp": True}]},
        "organizerUi": {"organizerValues": {"email": "o@example.com"}},
        "geolocationUi": {"geolocationValues": {"lat": 1, "lon": 2}},
        "status": "CONFIRMED",
        "busyStatus": "BUSY",
        "location": "Here",
    }
    made = {"title": "T", "start": "2026-01-01T10:00:00.000Z", "end": "2026-01-01T11:00:00.000Z"}
    steps = run(
        workflow(
            [
                node("Start", "manualTrigger"),
                node("Make", kind, 1, {"operation": "iCal", **made, "additionalFields": more}),
                node("Read", "extractFromFile", 1, {"operation": "fromIcs"}),
            ]
        )
    )
    (event,) = first_output(steps, "Read")[0]["data"]["events"]
    assert (event["summary"], event["location"], event["start"]) == (
        "T",
        "Here",
        {"date": "2026-01-01T10:00:00.000Z"},
    )
    assert event["attendees"] == [{"email": "a@example.com", "name": "A"}]


def test_simulated_triggers_and_saved_time_run():
    data = '[{"a": 1}, {"a": 2}]'
    nodes = [node("Start", "simulateTrigger", 1, {"jsonOutput": data}), node("Saved", "timeSaved", 1)]
    assert first_output(run(workflow(nodes)), "Saved") == [{"a": 1}, {"a": 2}]
