"""What posts cost in all processes together."""

KINDS = "site", "workers", "broker", "database"  # of processes


def posts(log):
    """How many photos were posted in the turns, those whose poster got no answer included.

    Every post counts, as these turns have no warm-up. 0 where the work of some was not all done: what it cost
    so far says nothing.
    """
    done = all(each.complete == each.posts for each in log.truths)
    return sum(each.posts for each in log.truths) if done else 0


def cpu(*kinds):
    """A figure's function: ms of processor time for each post, in these kinds of processes."""

    def figure(log, **_):
        spent = sum(effort[kind] for effort in log.effort for kind in kinds)
        return 1000 * spent / posts(log) if posts(log) else None

    return figure


def per_post(amount):
    """A figure's function: the sum of ``amount(entry)`` over the ledger's entries, for each post."""

    def figure(log, **_):
        return sum(map(amount, log.work)) / posts(log) if posts(log) else None

    return figure


def busy(log, **_):
    """ms for each post in which a process was at a request or a task, whatever it waited for meanwhile."""
    if not posts(log):
        return None
    by_process = {}
    for each in log.work:
        if each.kind in ("request", "task"):
            by_process.setdefault(each.pid, []).append((each.began, each.ended))
    return 1000 * sum(map(covered, by_process.values())) / posts(log)


def covered(spans):
    """Seconds that lie in at least one of these spans (began, ended): works done together count once."""
    total, until = 0.0, float("-inf")
    for began, ended in sorted(spans):
        total += max(0.0, ended - max(began, until))
        until = max(until, ended)
    return total
