"""Failure mode 2: the same answer is worked out again and again."""

from labapp.experiments.ready import need_boot

need_boot(__name__)

__all__ = []
