"""What can be made of a digest: name → `Output`. Add yours here, or name it in config.yaml as `package.module:name`."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable

from digest.ports import Output


def _later(target: str) -> Callable[..., Output]:
    """A factory that imports `target` (`module:Class`) when it is first called: templates are slow to import."""

    def make(*args: object, **kwargs: object) -> Output:
        output: Output = pkgutil.resolve_name(target)(*args, **kwargs)
        return output

    return make


OUTPUTS: dict[str, Callable[..., Output]] = {
    "markdown": _later("digest.outputs.markdown:Markdown"),
    "site": _later("digest.outputs.site:Site"),
    "feeds": _later("digest.outputs.feeds:Feeds"),
    "search": _later("digest.outputs.search:Search"),
}
