"""A child that breaks the protocol in one chosen way: python -I -S hostile.py ABUSE. Standard library only."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ABUSE = sys.argv[1]
CLAIM = {"algorithm": "falls.threshold", "spec_version": "1.0.0", "profiles": ["core"], "encodings": ["json"], "numeric": "f64"}
WHO = {"name": "hostile", "version": "1"}


def raw(text):
    sys.stdout.buffer.write(text if isinstance(text, bytes) else text.encode())
    sys.stdout.buffer.flush()


def say(id_, op, **more):
    raw(json.dumps({"acp": 1, "id": id_, "op": op, **more}) + "\n")


def forever():
    while True:
        time.sleep(60)


def flood(text):
    while True:
        raw(text)


def grandchild(*more, out=None):
    subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"], stdout=out, **dict(more))


def fill_disk(id_):
    with Path("big").open("wb") as file:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        while True:
            file.write(b"x" * (1 << 20))


def open_files(id_):
    held = []
    while True:
        held.append(Path("many").open("wb"))  # noqa: SIM115 - they are to stay open


def deaf():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    forever()


def spin(id_):
    while True:
        pass


def late(id_):
    time.sleep(0.9)
    say(id_, "result", rows=[])


def split_then_die(id_):
    raw('{"acp":1,"id":')
    sys.exit(0)


HELLO = {
    "hello-silent": lambda id_: forever(),
    "hello-exits": lambda id_: sys.exit(0),
    "hello-garbage": lambda id_: raw("Welcome to my program!\n"),
    "hello-other-op": lambda id_: say(id_, "ready"),
    "hello-protocol-2": lambda id_: say(id_, "hello", protocol=2, implementation=WHO, claims=[CLAIM]),
    "hello-no-name": lambda id_: say(id_, "hello", protocol=1, implementation={}, claims=[CLAIM]),
    "hello-claims-text": lambda id_: say(id_, "hello", protocol=1, implementation=WHO, claims="all"),
    "hello-numeric": lambda id_: say(id_, "hello", protocol=1, implementation=WHO, claims=[{**CLAIM, "numeric": "f16"}]),
    "claims-nothing": lambda id_: say(id_, "hello", protocol=1, implementation=WHO, claims=[]),
    "claims-other-version": lambda id_: say(id_, "hello", protocol=1, implementation=WHO, claims=[{**CLAIM, "spec_version": "0.9.0"}]),
}
PREPARE = {
    "prepare-silent": lambda id_: forever(),
    "prepare-result": lambda id_: say(id_, "result", rows=[]),
    "prepare-unsupported": lambda id_: say(id_, "unsupported"),
}
RUN = {
    "silent": lambda id_: forever(),
    "slow": late,
    "spins": spin,
    "ignores-signals": lambda id_: deaf(),
    "half-a-line": lambda id_: (raw('{"acp":1,"id":'), forever()),
    "half-a-line-then-exit": split_then_die,
    "nan-literal": lambda id_: raw(f'{{"acp":1,"id":{id_},"op":"result","rows":[{{"peak":NaN}}]}}\n'),
    "infinity-literal": lambda id_: raw(f'{{"acp":1,"id":{id_},"op":"result","rows":[{{"peak":-Infinity}}]}}\n'),
    "huge-number": lambda id_: raw(f'{{"acp":1,"id":{id_},"op":"result","rows":[{{"peak":1e999}}]}}\n'),
    "duplicate-key": lambda id_: raw(f'{{"acp":1,"id":{id_},"op":"result","rows":[],"rows":[]}}\n'),
    "trailing-comma": lambda id_: raw(f'{{"acp":1,"id":{id_},"op":"result","rows":[],}}\n'),
    "single-quotes": lambda id_: raw("{'acp':1}\n"),
    "control-character": lambda id_: raw(f'{{"acp":1,"id":{id_},"op":"result","rows":[],"x":"\x01"}}\n'),
    "byte-order-mark": lambda id_: raw("\ufeff" + json.dumps({"acp": 1, "id": id_, "op": "result", "rows": []}) + "\n"),
    "not-utf8": lambda id_: raw(b'{"acp":1,"op":"\xff\xfe"}\n'),
    "too-deep": lambda id_: raw(f'{{"acp":1,"id":{id_},"op":"result","rows":[],"x":{"[" * 40}{"]" * 40}}}\n'),
    "empty-line": lambda id_: raw("\n"),
    "a-list": lambda id_: raw("[1]\n"),
    "a-number": lambda id_: raw("1\n"),
    "no-acp": lambda id_: raw(json.dumps({"id": id_, "op": "result", "rows": []}) + "\n"),
    "acp-2": lambda id_: raw(json.dumps({"acp": 2, "id": id_, "op": "result", "rows": []}) + "\n"),
    "no-op": lambda id_: raw(json.dumps({"acp": 1, "id": id_}) + "\n"),
    "wrong-id": lambda id_: say(id_ + 1, "result", rows=[]),
    "id-as-text": lambda id_: say(str(id_), "result", rows=[]),
    "no-id": lambda id_: raw('{"acp":1,"op":"result","rows":[]}\n'),
    "unknown-op": lambda id_: say(id_, "perhaps"),
    "event-in-run": lambda id_: say(id_, "event", type="row", row={}),
    "rows-no-list": lambda id_: say(id_, "result", rows={"onset": 1}),
    "row-no-object": lambda id_: say(id_, "result", rows=[1]),
    "abstained-text": lambda id_: say(id_, "result", rows=[], quality={"abstained": "no"}),
    "unknown-code": lambda id_: say(id_, "rejected", code="E_DONT_LIKE_IT"),
    "answers-twice": lambda id_: (say(id_, "result", rows=[]), say(id_, "result", rows=[])),
    "log-on-stdout": lambda id_: raw("INFO computing\n"),
    "escape-codes": lambda id_: raw("\x1b[2J\x1b[31mpass\n"),
    "endless-output": lambda id_: flood("x" * 65536),
    "endless-lines": lambda id_: flood('{"acp":1}\n' * 1000),
    "endless-stderr": lambda id_: (sys.stderr.write("x" * 3_000_000), say(id_, "unsupported")),
    "exits-0": lambda id_: sys.exit(0),
    "exits-7": lambda id_: sys.exit(7),
    "kills-itself": lambda id_: os.kill(os.getpid(), signal.SIGKILL),
    "segfault": lambda id_: os.kill(os.getpid(), signal.SIGSEGV),
    "closes-stdout": lambda id_: (os.close(1), forever()),
    "grandchild-holds-the-pipe": lambda id_: (grandchild(), os._exit(0)),
    "grandchild-leaves-the-session": lambda id_: (grandchild(("start_new_session", True)), os._exit(0)),
    "memory": lambda id_: bytearray(1 << 34),
    "fills-the-disk": fill_disk,
    "opens-many-files": open_files,
    "says-error": lambda id_: say(id_, "error", message="<script>alert(1)</script>\x1b[2J"),
    "always-rejects": lambda id_: say(id_, "rejected", code="E_GAP"),
    "always-abstains": lambda id_: say(id_, "result", rows=[], quality={"abstained": True}),
    "always-empty": lambda id_: say(id_, "result", rows=[]),
    "always-unsupported": lambda id_: say(id_, "unsupported"),
    "another-answer-each-time": lambda id_: say(id_, "result", rows=[{"onset": id_}]),
}
BYE = {"bye-stays": lambda id_: (say(id_, "ok"), forever()), "bye-exits-1": lambda id_: (say(id_, "ok"), os._exit(1))}


ABUSES = {**HELLO, **PREPARE, **RUN, **BYE}


def main():
    if ABUSE == "never-reads":
        forever()
    for line in sys.stdin:
        asked = json.loads(line)
        id_, op = asked["id"], asked["op"]
        table = {"hello": HELLO, "prepare": PREPARE, "run": RUN, "bye": BYE}.get(op, {})
        if ABUSE in table:
            table[ABUSE](id_)
        elif op == "hello":
            say(id_, "hello", protocol=1, implementation=WHO, claims=[CLAIM])
        elif op == "prepare":
            say(id_, "ready")
        elif op == "run":
            say(id_, "result", rows=[])
        else:
            say(id_, "ok")
        if op == "bye":
            return


if __name__ == "__main__":
    main()
