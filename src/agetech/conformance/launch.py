"""Lower the limits of this process, then become the command: run as a program by `process`, never imported by it.

python -I -S launch.py LIMITS COMMAND [ARGUMENT ...]      LIMITS: JSON {"RLIMIT_AS": bytes, ...}
"""

from __future__ import annotations

import json
import os
import resource
import sys

NOT_FOUND = 127


def main() -> int:
    """Become the command; 127 where it cannot be started."""
    for name, value in json.loads(sys.argv[1]).items():
        kind = getattr(resource, name)
        _, most = resource.getrlimit(kind)
        wanted = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(kind, (wanted, wanted if name != "RLIMIT_CPU" else wanted + 1))
    try:
        os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - the command is the user's own
    except OSError as error:
        sys.stderr.write(f"cannot start: {error.strerror}\n")
    return NOT_FOUND


if __name__ == "__main__":
    sys.exit(main())
