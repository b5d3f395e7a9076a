class ServiceError(Exception):
    """A service cannot be had, in one sentence: why, and what to do about it."""
