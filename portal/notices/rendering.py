"""Renders message templates as plain text: the one place where nothing is escaped for HTML.

Escaping here would greet "O&#39;Brien". What a template may hold is kept safe by
`portal.notices.messages`, and a missing fact is an error, not a gap.
"""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.notices.messages import Render


def text_renderer(templates: Path) -> Render:
    """Make the renderer over a folder of templates that holds `messages/`."""
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=False,  # noqa: S701  # plain text, see above
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

    def render(template: str, facts: Mapping[str, object]) -> str:
        return environment.get_template(template).render(facts)

    return render
