"""Before anything counts: every worker process answers for every variant, so that none of them is the first.

A process that has never shown a page compiles its templates and connects to the database then, which takes it
some ten times as long as the next one; and whichever variant had the first turn would pay for it.
"""

import time
from collections import Counter

from labapp.experiments.traffic.load import PATIENT

LONGEST = 1.5  # seconds for a variant: an edge may keep the requests from some of the workers
ENOUGH = 2  # answers of each worker
_rehearsed = set()


def rehearse(run):
    """Rehearse all variants of a Run, unless these workers have done so on this database."""
    state = run.experiment.name, run.site.generation, str(run.database)
    variants = [each for each in run.running() if (*state, each.name) not in _rehearsed]
    if variants:
        run.say("Rehearsing: every worker answers for every variant, uncounted.")
    for variant in variants:
        _rehearse(run, variant)
        _rehearsed.add((*state, variant.name))


def _rehearse(run, variant):
    run.wait_until_quiet()
    place, ends = run.site.begin(run.experiment, variant, run.settings), time.monotonic() + LONGEST
    users = 2 * run.load["workers"] * run.load["threads"]
    crowd = {"users": users, "think_s": 0.01, "arrival": PATIENT, "counted": (ends, ends)}
    run.generator.steer(place | run.plan(place["mount"]) | crowd)
    answers = Counter()
    while time.monotonic() < ends and not _all_have_answered(run.site, answers):
        run.stop.check()
        answers.update(each.pid for each in run.site.ledger.take() if each.label == f"{place['turn']} warm")
        time.sleep(0.01)
    run.generator.idle(LONGEST)
    run.generator.take()


def _all_have_answered(site, answers):
    return all(answers[pid] >= ENOUGH for pid in site.pids)
