"""Worker processes as a service: forked from one parent that has imported everything already."""

from labapp.services.crew.crew import Crew

__all__ = ["Crew"]
