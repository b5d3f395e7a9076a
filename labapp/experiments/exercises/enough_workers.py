"""As many workers as an arrival rate needs: tried with real traffic, and with one worker fewer."""

import math
from dataclasses import dataclass
from statistics import median

from django.http import HttpResponse

from labapp.experiments.conditions import round_trip
from labapp.experiments.databases import database
from labapp.experiments.deferral import broker, shared_task, task_workers
from labapp.experiments.exercises.checked import Checked
from labapp.experiments.experiment import Experiment
from labapp.experiments.figures import Figure
from labapp.experiments.parameters import BadSetting
from labapp.experiments.traffic import Ask, Traffic, arrival, think_time, users
from labapp.measure.traffic.queue import handed_over
from labapp.pinsta.models import Photo

QUERIES = 10
AWAY = 20.0  # ms to the database and back: a task waits, so that the processors do not limit it
PEOPLE, THINK = 20, 2.0  # each sends a form every so many seconds
SECONDS = 5.0  # of traffic
MOST = 8  # task workers
LONGEST = 90.0  # seconds that a check may take on a machine that is busy


@shared_task
def look_far_away(photo_id):
    """What is put off: question after question to a database that is far away."""
    for _ in range(QUERIES):
        Photo.objects.filter(pk=photo_id).exists()


def one_task(log, **_):
    """ms that a task keeps a worker, the median; None while none has ended."""
    times = [each.ended - each.began for each in log.work if each.kind == "task"]
    return 1000 * median(times) if times else None


def come(log, **_):
    """Tasks handed over in a second."""
    return len(log.jobs) / log.seconds if log.seconds else None


errands = Experiment(
    "errands", question="Tasks come at this rate. How many workers keep up?", claims=["3.2"],
    conditions=[
        database(), round_trip(default=AWAY), broker(), task_workers(1, high=MOST), users(PEOPLE, high=40),
        think_time(THINK), arrival(),
    ],
    figures=[
        Figure("one task", "ms", "How long it keeps a worker, the median.", of=one_task),
        Figure("come", "per s", "Tasks handed over in a second.", of=come),
    ],
    method=Traffic(
        serves="errand/", asks=lambda **_: [Ask("errand", "errand/")], turn=SECONDS, warm=0.5, drain=2.0,
        load={"workers": 1, "threads": 2},
    ),
)


@errands.variant(baseline=True, name="Celery", queue="celery")
def celery(request):
    """Answers at once, and a worker does it."""
    look_far_away.delay(1)
    return HttpResponse("Thank you. It is being looked at.")


@dataclass(frozen=True)
class Queue:
    """What became of the queue: ``waits`` in ms of those who came in each third of the time, the medians.

    ``one_task``: how long one kept a worker, in ms; ``tasks`` that came; ``broker`` they waited in.
    """

    workers: int
    waits: tuple
    one_task: float
    tasks: int
    broker: str

    @property
    def grows(self):
        """Whether those who came last waited longer than the first, by more than a task takes."""
        return self.waits[-1] - self.waits[0] > self.one_task

    def __str__(self):
        first, last = (
            f"waited {each:,.0f} ms" if math.isfinite(each) else "was still waiting in the end"
            for each in self.waits[::2]
        )
        return f"who came first {first}, who came last {last}"


class EnoughWorkers(Checked):
    """The smallest number of task workers with which the queue of ``errands`` does not grow."""

    limit = LONGEST

    def _refusal(self, number=None, *_):
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= MOST:
            return f"Write how many workers, a whole number from 1 to {MOST}; this is {number!r}."
        return None

    def _measure(self, stop, number):
        """The Queues with so many workers and, where they are enough, with one fewer; or a sentence."""
        try:
            queues = [queue_with(number, stop)]
            if number > 1 and not queues[0].grows:
                queues.append(queue_with(number - 1, stop))
        except BadSetting as fault:
            return str(fault)
        return queues

    def _judge(self, verdict, queues):
        if isinstance(queues, str):
            verdict.say(False, queues)
            return
        mine, *fewer = queues
        holds = "grows" if mine.grows else "holds"
        verdict.say(not mine.grows, f"With {some(mine.workers)} it {holds}: {mine}.")
        for each in fewer:
            verdict.say(
                each.grows, f"With {some(each.workers)} it would grow: {each}." if each.grows
                else f"With {some(each.workers)} it would hold as well: {each}.",
            )
        if mine.workers == 1 and not mine.grows:
            verdict.say(True, "With none, nobody listens.")
        verdict.look = [
            f"Tried with real traffic, {mine.tasks} tasks in {SECONDS:g} s, on {mine.broker}; one kept a "
            f"worker for {mine.one_task:,.0f} ms.",
        ]

    def _endless(self):
        return f"It took longer than {self.limit:g} seconds: the machine is busy. Try again."


def queue_with(number, stop):
    """The Queue that so many workers have; BadSetting where nothing can be measured."""
    settings = errands.check({"task_workers": number})
    stream = errands.measure(settings, stop, budget_ms=0)["Celery"]
    if stream.unavailable or stream.error:
        raise BadSetting(f"The traffic cannot be run: {stream.unavailable or stream.error}")
    jobs = sorted(stream.jobs, key=handed_over)
    if len(jobs) < 3 or stream.figures["one task"] is None:
        raise BadSetting("No task was done: the machine is too busy. Try again.")
    third = len(jobs) // 3
    parts = jobs[:third], jobs[third:-third], jobs[-third:]
    waits = tuple(median(map(waited, each)) for each in parts)
    return Queue(number, waits, stream.figures["one task"], len(jobs), settings["broker"])


def waited(job):
    """ms from the queue to a worker; infinite for a task that none has begun."""
    return 1000 * (job.begins[0] - handed_over(job)) if job.begins else math.inf


def some(workers):
    """"2 workers"."""
    return "1 worker" if workers == 1 else f"{workers} workers"
