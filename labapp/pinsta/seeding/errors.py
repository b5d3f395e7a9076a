class SeedingError(Exception):
    """The data could not be made or copied; the message is one sentence for people."""
