"""Small programs, and what each truly uses: written by hand beside the source, never by the code under test."""

from __future__ import annotations

from typing import NamedTuple

REST = "import numpy as np, agetech\nacc = np.tile([0.0, 0.0, 9.81], (200, 1))\n"


class Program(NamedTuple):
    """A program, the ids it uses, the exit code of the program itself."""

    source: str
    uses: frozenset[str]
    code: int = 0


def uses(*names: str) -> frozenset[str]:
    return frozenset(names)


PROGRAMS = {
    "batch": Program(REST + "agetech.run('falls.impact', acc, 50.0, placement='waist')", uses("falls.impact")),
    "stream": Program(REST + "agetech.Stream('falls.threshold', 50.0).push(acc)", uses("falls.threshold")),
    "many": Program(
        "import numpy as np, agetech\nagetech.run_many('cardiac.hrv', [np.full(400, 0.8)] * 3)",
        uses("cardiac.hrv"),
    ),
    "named_function": Program(
        REST + "from agetech.signals.falls import detect_falls\ndetect_falls(acc, 50.0, placement='waist')", uses("falls.impact")
    ),
    "questionnaires": Program(
        "from agetech import score\nfor one in ('moca', 'tug', 'phq9'):\n    score(one, {})",
        uses("moca", "tug", "phq9"),
    ),
    "thread": Program(
        "import threading\nfrom agetech import score\nt = threading.Thread(target=score, args=('gad7', {}))\nt.start()\nt.join()",
        uses("gad7"),
    ),
    "child": Program(
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', \"from agetech import score; score('phq9', {})\"], check=True)",
        uses("phq9"),
    ),
    "spawned": Program(
        "import multiprocessing\nfrom agetech import score\nif __name__ == '__main__':\n"
        "    p = multiprocessing.get_context('spawn').Process(target=score, args=('tug', {}))\n    p.start()\n    p.join()",
        uses("tug"),
    ),
    "forked": Program(
        "import os\nfrom agetech import score\nscore('gad7', {})\npid = os.fork()\nif not pid:\n    score('moca', {})\n    os._exit(0)\n"
        "os.waitpid(pid, 0)",
        uses("gad7", "moca"),
    ),
    "computed_name": Program("import agetech\nagetech.score(''.join(['p', 'h', 'q', '9']), {})", uses("phq9")),
    "task": Program(
        "from agetech.scoring import TaskEvent, measure_task\n"
        "measure_task([TaskEvent(task='reaction_time', trial=1, onset_ms=0.0, response='touch', response_ms=300.0, device='d',"
        " version='1.0.0')])",
        uses("reaction_time"),
    ),
    "nothing": Program("import agetech\nagetech.algorithms()", uses()),
    "refused": Program(
        REST + "try:\n    agetech.run('falls.unheard', acc, 50.0)\nexcept agetech.ParamsError:\n    pass",
        uses(),
    ),
    "fails": Program("from agetech import score\nscore('gad7', {})\nraise SystemExit(9)", uses("gad7"), 9),
    "killed": Program("import os\nfrom agetech import score\nscore('tug', {})\nos.kill(os.getpid(), 9)", uses("tug"), -9),
    "plugin": Program("import numpy as np, agetech\nagetech.run('tenant.gait', np.zeros(100), 50.0)", uses("tenant.gait", "cardiac.hrv")),
    "plugin_through_a_module": Program(
        "from tenant_gait import walk\nwalk()",
        uses("tenant.gait", "cardiac.hrv"),
    ),
    "registered_here": Program(
        "import numpy as np, dataclasses, agetech\nfrom agetech.core import register\nimport tenant_gait\n"
        "own = dataclasses.replace(tenant_gait.GAIT, id='own.gait', version='0.1.0')\nregister(own)\n"
        "agetech.run('own.gait', np.zeros(100), 50.0)",
        uses("own.gait", "cardiac.hrv"),
    ),
}

TENANT = """
import numpy as np
import agetech
from agetech.core import Algorithm, Field, Input, Params, Record, Source
from agetech.units import ACCELERATION, SAMPLE


class GaitParams(Params):
    pass


FIELDS = (Field("onset", "i8", SAMPLE, "onset", "起点"), Field("confirmed", "i8", SAMPLE, "confirmed", "确认"))


def analyse(params, fs, x):
    agetech.run("cardiac.hrv", np.full(400, 0.8))
    return np.zeros(0, GAIT.dtype)


GAIT = Algorithm(
    id="tenant.gait",
    version="2.3.0",
    title_en="A tenant's gait",
    title_zh="租户步态",
    source=(Source("made for the tests", status="own"),),
    inputs=(Input("acc", ACCELERATION, "acceleration", "加速度"),),
    output="events",
    fields=FIELDS,
    params=GaitParams,
    shape=Record(analyse),
)


def walk():
    return agetech.run("tenant.gait", np.zeros(100), 50.0)
"""
METADATA = "Metadata-Version: 2.4\nName: tenant-gait\nVersion: 2.3.0\nLicense-Expression: LicenseRef-Tenant\n"
POINTS = "[agetech.algorithms]\ntenant.gait = tenant_gait:GAIT\n"

# What the ledger of the tests says of each id on 2026-11-24 in CN: patents listed, licences that hold, code licence, wording, duty.
APACHE = "Apache-2.0"
TRUTH = {
    "falls.impact": (("ONE",), ("R-000008",), APACHE, None, "notify_and_pay"),
    "falls.threshold": (("ONE",), ("R-000008",), APACHE, None, "notify_and_pay"),
    "cardiac.hrv": (("THREE",), ("R-000009",), APACHE, None, "attribute"),
    "phq9": (("AMERICA",), (), APACHE, "open", "unknown"),
    "gad7": ((), (), APACHE, "open", "unknown"),
    "moca": ((), (), APACHE, "reserved", "ask"),
    "tug": ((), (), APACHE, "measurement", "attribute"),
    "reaction_time": ((), (), APACHE, None, "attribute"),
    "tenant.gait": (("TENANT",), (), "LicenseRef-Tenant", None, "ask"),
    "own.gait": ((), (), "", None, "unknown"),
}
