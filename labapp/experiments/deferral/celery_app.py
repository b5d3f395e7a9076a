"""Celery as the lab uses it: one app a turn, with a queue of its own, in the site and in its workers."""

import os
from time import monotonic

from celery import Celery, signals
from kombu.transport import TRANSPORT_ALIASES

from labapp.experiments.deferral.brokers import SCHEME
from labapp.probe.tasks import doing, enqueued

TRANSPORT_ALIASES[SCHEME] = "labapp.experiments.deferral.files:Transport"
_asked, _under_way = {}, {}
_app = None


def use(queue):
    """Make an app for this Queue the one that ``shared_task`` means, in all threads."""
    global _app
    before, _app = _app, Celery("lab", set_as_current=False)
    _app.conf.update(
        broker_url=queue.url, broker_transport_options=dict(queue.options), task_default_queue=queue.name,
        task_ignore_result=True, task_acks_late=queue.kind.acks_late, worker_prefetch_multiplier=1,
        worker_enable_remote_control=False, worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        worker_cancel_long_running_tasks_on_connection_loss=False,
    )
    _app.set_default()
    if before is not None:
        before.close()
    return _app


def work(queue, ready):
    """Be a worker of this queue; does not return."""
    signals.worker_ready.connect(lambda **_: ready(), weak=False)
    app = use(queue)
    app.set_current()
    # The solo pool would acknowledge after the work, whatever the settings say.
    app.Worker(
        pool="threads", concurrency=1, quiet=True, loglevel="WARNING", without_gossip=True,
        without_mingle=True, without_heartbeat=True, redirect_stdouts=False,
        hostname=f"worker-{os.getpid()}@lab",
    ).start()


@signals.before_task_publish.connect
def _is_asked(headers=None, **_):
    _asked[headers["id"]] = monotonic()


@signals.after_task_publish.connect
def _is_sent(headers=None, **_):
    enqueued(headers["id"], _asked.pop(headers["id"], None))


@signals.task_prerun.connect
def _begins(task_id=None, **_):
    _under_way[task_id] = doing(task_id).__enter__()


@signals.task_postrun.connect
def _ends(task_id=None, state=None, **_):
    failed = RuntimeError if state == "FAILURE" else None
    _under_way.pop(task_id).__exit__(failed, None, None)
