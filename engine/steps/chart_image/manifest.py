"""What chart.image is and which parameters it has."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from engine.base.limits import CHART_SIDE_MAX
from engine.ports.step_catalogue import Effect, Manifest
from engine.steps.base import Parameters


class ChartParameters(Parameters):
    """Parameters of chart.image."""

    kind: str = Field(
        "bar",
        pattern=r"^[A-Za-z]{1,40}$",
        description="bar, line, pie, doughnut, polarArea, radar, horizontalBar or another kind of Chart.js.",
    )
    labels: Any = Field(
        default_factory=list, description="The labels of the values: a list, or a list written as JSON."
    )
    labelsOf: Literal["all", "first"] = Field(
        "all", description="Whether every item's labels are the chart's, or those of the first alone."
    )
    values: Any = Field(description="The values of one series: a list, or a list written as JSON.")
    series: dict[str, Any] = Field(
        default_factory=dict,
        description="More of the series, as Chart.js has it: label, backgroundColor, borderColor, fill, ...",
    )
    options: dict[str, Any] = Field(
        default_factory=dict, description="Options of the chart, as Chart.js has them."
    )
    width: int = Field(500, ge=1, le=CHART_SIDE_MAX, description="Width in pixels.")
    height: int = Field(300, ge=1, le=CHART_SIDE_MAX, description="Height in pixels.")
    ratio: float = Field(1, ge=0.1, le=4, description="Pixels of the image for each pixel of the chart.")
    background: str = Field("transparent", description="Colour behind the chart.")
    format: Literal["png", "jpg", "webp", "svg", "pdf"] = Field("png", description="What the file is.")
    give: Literal["image", "address"] = Field(
        "image",
        description="The image as a file, or only the address that shows it, without asking the server.",
    )
    property: str = Field(
        "data", min_length=1, description="Name of the file, or of the field for the address."
    )
    server: str = Field("https://quickchart.io", description="The QuickChart server, with https://.")


MANIFEST = Manifest(
    type="chart.image",
    label="Chart",
    summary="Draws one chart with a series of each item, by a QuickChart server.",
    group="network",
    effect=Effect.READ,
    parameters=ChartParameters,
    icon="chart-column",
)
