"""Asks a page whether it is healthy, for a container: `python -m core.probe [ADDRESS] [--without FINDING…]`.

Exit status 1 when it is not. Needs no settings and no database, so that it may be asked often.
"""

import json
import os
import sys
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Collection, Sequence

TIMEOUT_SECONDS = 4.0


def name_of_page(allowed_hosts: str) -> str:
    """Return a name that Django answers to, out of ALLOWED_HOSTS as it stands in the environment."""
    names = [name.strip().lstrip(".") for name in allowed_hosts.split(",")]
    return next((name for name in names if name and "*" not in name), "localhost")


def fault(address: str, host: str, unwanted: Collection[str] = ()) -> str | None:
    """Return what is amiss with the page, or with what its health page finds of `unwanted`; None when nothing is."""
    request = urllib.request.Request(f"{address}/healthz", headers={"Host": host})  # noqa: S310 (our own address)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 (our own address)
            findings = set(json.load(answer)["findings"])
    except urllib.error.HTTPError as error:
        return f"/healthz answers {error.code}"
    except (OSError, ValueError, LookupError, TypeError) as error:
        return f"/healthz does not answer ({type(error).__name__})"
    found = sorted(findings & set(unwanted))
    return f"/healthz finds {', '.join(found)}" if found else None


def main(arguments: Sequence[str] | None = None) -> str | None:
    parser = ArgumentParser(prog="core.probe")
    parser.add_argument("address", nargs="?", default=f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
    parser.add_argument("--without", nargs="+", default=[], metavar="FINDING")
    asked = parser.parse_args(arguments)
    return fault(asked.address, name_of_page(os.environ.get("ALLOWED_HOSTS", "")), asked.without)


if __name__ == "__main__":
    # A sentence makes the exit status 1, None makes it 0.
    sys.exit(main())
