"""The analysis as one self-contained page: findings with their passages, and the pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from answerprint.departments.script.analysis import plots
from answerprint.departments.script.analysis.production_drivers import drivers
from answerprint.departments.script.analysis.records import Analysis, ScriptFinding
from answerprint.departments.script.analysis.whole import ASKING
from answerprint.formats.web_pages import template_of
from answerprint.media.aside import written_aside

SECTIONS = (
    ("structure", "Structure", ("structure",)),
    ("pace", "Pace", ("pacing",)),
    ("emotion", "Emotion", ("emotion",)),
    ("characters", "Characters", ("character", "network")),
    ("dialogue", "Dialogue", ("dialogue",)),
    ("genre", "Genre", ("genre",)),
    ("page", "On the page", ("readability",)),
    ("production", "Production", ("production",)),
)


def write_page(analysis: Analysis, out: Path) -> None:
    """Write the page. The same analysis is the same bytes. Raises MediaError when it cannot be written."""
    with written_aside(out) as aside:
        aside.write_text(page(analysis), encoding="utf-8", errors="backslashreplace")


def page(analysis: Analysis) -> str:
    """The page's HTML: no script, nothing loaded from elsewhere."""
    template = template_of("answerprint.departments.script.analysis", "templates/analysis.html.j2")
    return template.render(
        data=analysis,
        sections=[(anchor, title, _of(analysis, kinds)) for anchor, title, kinds in SECTIONS],
        asking=[one for one in analysis.findings if one.kind in ASKING],
        pictures=_pictures(analysis),
        keys=_driver_keys(analysis),
    )


def _pictures(analysis: Analysis) -> dict[str, str]:
    """The SVG of each section, which escapes what it takes from the screenplay itself."""
    return {
        "pace": plots.curve(analysis),
        "emotion": plots.arc(analysis),
        "presence": plots.presence(analysis),
        "network": plots.network(analysis),
        "production": plots.production(analysis),
    }


def _of(analysis: Analysis, kinds: tuple[str, ...]) -> list[ScriptFinding]:
    return [one for one in analysis.findings if one.kind.partition(".")[0] in kinds]


def _driver_keys(analysis: Analysis) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, driver in drivers().items():
        points = sum(scene.drivers.get(name, 0.0) for scene in analysis.scenes)
        if points:
            found.append(
                {
                    "title": driver.title,
                    "hue": plots.driver_hue(name),
                    "points": points,
                    "scenes": sum(name in scene.drivers for scene in analysis.scenes),
                }
            )
    return sorted(found, key=lambda one: -one["points"])
