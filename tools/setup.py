"""Set this folder up and run a command: `setup.py run | test | drill … | bench …`.

Any Python 3 can read this file, so that one which is too old can say so.
"""

import os
import sys

LEAST = (3, 11)


def main():
    if sys.version_info[:2] < LEAST:
        have, least = (".".join(map(str, version)) for version in (sys.version_info[:2], LEAST))
        sys.stderr.write(
            f"✗ Python {have} quá cũ: cài Python {least} trở lên rồi chạy lại, hoặc chỉ ra bằng "
            f"make PYTHON=/đường/dẫn/python{least} run. (Python is too old.)\n"
        )
        return 1
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    # The supervisor's own tables of tools, ports and engine version; the standard library suffices.
    sys.path.insert(0, os.path.join(root, "src"))
    import setup_steps

    return setup_steps.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
