"""All users of this process: steered together, and what they say collected."""

from time import monotonic

from labapp.services.traffic.clock import Clock


class Crowd:
    """
    The users in ``environment``, who do what ``plan`` says; ``report(request, lag)`` hears of each request.

    The lag is what the generator itself was late with sending, in seconds; None for what was not sent.
    """

    def __init__(self, environment, report=None):
        self.environment, self.plan, self.clock = environment, None, Clock()
        self._report, self.worker = report, 0
        self._visitors, self._present = [], set()  # who is to stay; who has not gone
        environment.crowd = self

    def steer(self, plan):
        """All do as this plan says from now on; None for nothing."""
        self.plan = plan
        for visitor in self._visitors:
            visitor.begin(plan)

    def resize(self, users):
        """As many users as this; who is too many goes when what is under way has ended."""
        while len(self._visitors) > users:
            self._visitors.pop().leave()
        if more := users - len(self._visitors):
            self.environment.runner.spawn_users({"Visitor": more})

    def enter(self, visitor):
        """The number of a visitor who comes."""
        self._visitors.append(visitor)
        self._present.add(visitor)
        return len(self._visitors) - 1

    def gone(self, visitor):
        """Somebody has left."""
        self._present.discard(visitor)
        if visitor in self._visitors:
            self._visitors.remove(visitor)

    def under_way(self):
        """The visits that have not ended."""
        return [visitor.visit for visitor in self._present if visitor.visit]

    def owes(self):
        """Whether something that was due in a turn which is over has not been asked for, or not answered."""
        over = self.plan is not None and self.plan.counted[1] <= monotonic()
        return over and any(visitor.owes() for visitor in self._present)

    def seed(self, plan):
        """Where the users of this process begin to draw."""
        return f"{plan.seed}/{self.worker}" if self.worker else plan.seed

    def note(self, plan, request, lag=None):
        """Take down what became of a request, for Locust and for whoever wants to hear of it."""
        ask = plan.asks[request.ask]
        self.environment.events.request.fire(
            request_type=ask.method, name=ask.name, response_time=request.latency * 1000, context={},
            response_length=request.size, exception=request.error or None,
        )  # fmt: skip
        if self._report:
            self._report(request, lag)
