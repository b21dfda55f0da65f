"""Pictures of all pages, to look at: `python -m tests.e2e.pictures OUT_DIR [name …]`.

Each page at 1440 and 390 px, light and dark, in English and Chinese; names choose pages whose names begin so.
"""

import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.browser import chromium  # noqa: E402
from tests.e2e.installation import running  # noqa: E402
from tests.e2e.pages import SIGHTS  # noqa: E402
from tests.e2e.visitors import Theme, Visitors  # noqa: E402

WIDTHS = (1440, 390)
THEMES: tuple[Theme, ...] = ("light", "dark")


def take(folder: Path, chosen: tuple[str, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with running() as product, chromium() as browser:
        visitors, numbers = Visitors(browser, product), product.do("numbers_by_name")
        wanted = [sight for sight in SIGHTS if not chosen or sight.name.startswith(chosen)]
        for language in ("en", "zh"):
            for width in WIDTHS:
                for theme in THEMES:
                    for sight in wanted:
                        context = visitors.context(sight.username, language=language, width=width, theme=theme)
                        page = context.new_page()
                        try:
                            sight.show(page, numbers)
                            page.screenshot(
                                path=folder / f"{sight.name}-{width}-{theme}-{language}.png", full_page=True
                            )
                        except Exception as error:
                            sys.stderr.write(f"{sight.name}: {error}\n")
                        context.close()
        sys.stderr.write("\n".join(visitors.troubles))


if __name__ == "__main__":
    take(Path(sys.argv[1]), tuple(sys.argv[2:]))
