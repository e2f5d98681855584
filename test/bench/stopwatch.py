"""Times commands in turn: one round runs each of them once, in an order that changes, so that noise hits all alike.

Reads {"rounds": N, "commands": [{"argv": [...], "cwd": "...", "env": {...}, "before": [...]}]} on standard input and
prints one list of wall-clock seconds a command. `before` is run before each timing and does not count. Python's
posix_spawn and wait4 cost a third of a millisecond; Node's spawn costs several and would flatter the slower side.
"""

import json
import os
import subprocess
import sys
import time


def run(command: dict) -> float:
    if command.get("before"):
        subprocess.run(command["before"], check=True, stdout=subprocess.DEVNULL)
    os.chdir(command.get("cwd", "/"))
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0),
    ]
    started = time.perf_counter()
    pid = os.posix_spawn(command["argv"][0], command["argv"], command["env"], file_actions=actions)
    _, status, _ = os.wait4(pid, 0)
    seconds = time.perf_counter() - started
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        raise SystemExit(f"{command['argv']} ended with {code}")
    return seconds


def main() -> None:
    plan = json.load(sys.stdin)
    commands = plan["commands"]
    times = [[] for _ in commands]
    for command in commands:
        run(command)  # one round that does not count: page cache, compile caches
    for turn in range(plan["rounds"]):
        order = range(len(commands)) if turn % 2 == 0 else reversed(range(len(commands)))
        for index in order:
            times[index].append(run(commands[index]))
    json.dump(times, sys.stdout)


main()
