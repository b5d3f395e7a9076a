"""Machines that do not exist: a clock that only the work moves, with the noise that real ones have."""

import math
import random


class Machine:
    """A clock for sample(); `work(ms)` is a call that takes so long on it, give or take its noise."""

    def __init__(self, noise=None):
        self.now = 0.0
        self.noise = noise or (lambda machine: 0.0)
        self.calls = 0

    def wall_ms(self):
        return self.now

    cpu_ms = wall_ms

    def work(self, ms):
        def call():
            self.calls += 1
            self.now += ms * math.exp(self.noise(self))

        return call


def lognormal(chance, sigma=0.05):
    return lambda machine: chance.gauss(0, sigma)


def preempted(chance):
    """Now and then another process takes the core, for how long has no limit."""
    return lambda machine: chance.gauss(0, 0.02) + (chance.expovariate(1.5) if chance.random() < 0.1 else 0)


def lingering(chance):
    """A slow moment is followed by another."""
    state = [0.0]

    def noise(machine):
        state[0] = 0.95 * state[0] + chance.gauss(0, 0.03)
        return state[0] + chance.gauss(0, 0.01)

    return noise


def drifting(chance):
    """It heats up, and breathes."""
    phase = chance.random() * 6
    return lambda machine: (
        2e-4 * machine.now + 0.1 * math.sin(machine.now / 700 + phase) + chance.gauss(0, 0.003)
    )


def collecting(chance, every=7):
    """Garbage collection in every so many calls."""
    return lambda machine: chance.gauss(0, 0.01) + (0.35 if machine.calls % every == 0 else 0)


def every_second(chance):
    """The worst rhythm for two variants that take turns."""
    return collecting(chance, every=2)


def waves(chance):
    """A rhythm that is no whole number of calls."""
    return lambda machine: 0.3 * math.sin(machine.calls * 0.9) + chance.gauss(0, 0.005)


def everything(chance):
    parts = [preempted(chance), lingering(chance), drifting(chance), collecting(chance)]
    return lambda machine: sum(part(machine) for part in parts)


NOISES = (lognormal, preempted, lingering, drifting, collecting, every_second, waves, everything)


def seeded(text):
    """A source of chance that is the same in every run."""
    return random.Random(text)
