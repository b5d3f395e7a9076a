"""Failure mode 3: people wait for work that could come later."""

from labapp.experiments.ready import need_boot

need_boot(__name__)

__all__ = []
