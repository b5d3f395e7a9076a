"""A user as Locust understands it, who does what the crowd's plan says."""

from time import monotonic

from gevent.event import Event
from locust import User, task
from locust.exception import StopUser

from labapp.services.traffic.connections import Connections
from labapp.services.traffic.session import Session
from labapp.services.traffic.visit import Visit, not_sent


class Visitor(User):
    """
    One user of the crowd: waits until something is due, asks for it, says what became of it.

    The environment's ``crowd`` has the plan and takes the records. Connections last from turn to turn.
    """

    def __init__(self, environment):
        super().__init__(environment)
        self.crowd = environment.crowd
        self.visit = None  # what is under way
        self._connections = self._session = None
        self._bell, self._free, self._leaving = Event(), monotonic(), False
        self.number = self.crowd.enter(self)

    def on_start(self):
        """Do what the others do."""
        self.begin(self.crowd.plan)

    def begin(self, plan):
        """Do as this plan says from now on; None for nothing."""
        now = monotonic()
        if plan and self._session and plan.turn == self._session.plan.turn:
            self._session.change(plan, now)
        else:
            self._abandon(now)
            self._session = plan and Session(plan, self.number, self.crowd.seed(plan), now)
        self._bell.set()

    def owes(self):
        """Whether something is under way or due."""
        return bool(self.visit or self._session and self._session.is_due(monotonic()))

    def leave(self):
        """Go, as soon as what is under way has ended."""
        self._leaving = True
        self.begin(None)

    def stop(self, force=False):
        """What Locust calls: with force at once, without when what is under way has ended."""
        if force:
            return super().stop(force=True)
        self.leave()
        return False

    def on_stop(self):
        """Whoever is stopped says what was under way and what was due."""
        if self.visit:
            self.crowd.note(self.visit.plan, self.visit.unanswered())
        self.begin(None)
        self.crowd.gone(self)

    @task
    def go_on(self):
        """One visit after the other."""
        while True:
            session = self._wait()
            self._visit(session, session.take())

    def _wait(self):
        """The session in which something is due, when it is."""
        while True:
            if self._leaving:
                raise StopUser
            self._bell.clear()
            if self._session:
                if self._session.is_due(monotonic()):
                    return self._session
                if self._session.schedule.due < self._session.plan.counted[1]:
                    self.crowd.clock.at(self._session.schedule.due, self._bell)
            self._bell.wait()

    def _visit(self, session, moment):
        self.visit = visit = Visit(session, moment, self._connected(session.plan))
        lag = visit.sent - max(moment.due, self._free)
        record = visit.run()
        self.visit, self._free = None, record.done
        session.schedule.answered(record.done)
        self.crowd.note(visit.plan, record, lag)

    def _connected(self, plan):
        if self._connections is None or self._connections.address != plan.address:
            if self._connections:
                self._connections.close()
            self._connections = Connections(plan.address, plan.netloc)
        return self._connections

    def _abandon(self, now):
        """Say what was due while the user waited. A user who is free was kept by us, and not by the site."""
        if self._session and self.visit:
            for moment in self._session.overdue(now):
                self.crowd.note(self._session.plan, not_sent(self._session, moment, now))
