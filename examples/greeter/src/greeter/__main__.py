import argparse
import sys

import greeter


def main() -> int:
    parser = argparse.ArgumentParser(prog="greeter")
    parser.add_argument("--language", default="en")
    parser.add_argument("name", nargs="?", default="world")
    arguments = parser.parse_args()

    greeting = greeter.greetings().get(arguments.language)
    if greeting is None:
        print(f"greeter: no greeting in {arguments.language!r}", file=sys.stderr)
        return 3

    print(greeter.banner())
    print(greeting.format(name=arguments.name))
    print("files:", ", ".join(greeter.languages()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
