"""Failure mode 5 of the talk: not pushing the database, nor knowing what the ORM costs on the way to it."""

from labapp.experiments.ready import need_boot

need_boot(__name__)

__all__ = []
