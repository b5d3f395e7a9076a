"""A progress bar for people who wait."""

import shutil
import sys


class Bar:
    """A context manager giving progress(done, total): a bar on a terminal, nothing elsewhere."""

    def __init__(self, quiet=False):
        self.quiet = quiet or not sys.stderr.isatty()
        self.bar = None

    def __enter__(self):
        return self.show

    def __exit__(self, *exception):
        if self.bar:
            self.bar.close()

    def show(self, done, total):
        """So many of so many rows are written."""
        if self.quiet:
            return
        if self.bar is None:
            from tqdm import tqdm

            # tqdm draws nothing on a terminal that does not know its size, as in some containers.
            size = shutil.get_terminal_size()
            self.bar = tqdm(
                desc="Seeding",
                total=total,
                unit=" rows",
                unit_scale=True,
                ncols=min(100, size.columns),
                nrows=size.lines,
                leave=False,
            )
        self.bar.update(done - self.bar.n)
