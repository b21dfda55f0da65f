#!/usr/bin/env python
"""The command line of the project: `manage.py up`, `manage.py migrate`, …"""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # Written for whoever installs this, who is not helped by a traceback.
        sys.exit(str(error))


if __name__ == "__main__":
    main()
