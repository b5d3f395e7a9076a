"""``manage.py experiment feed --photos 50 --round-trip 2``: an experiment without a notebook.

Its options are those of the experiment that is named; nothing is declared here a second time.
"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from labapp.experiments import registry
from labapp.experiments.parameters import BadSetting, Choice, Integer
from labapp.measure import ResultError


class Command(BaseCommand):
    help = "Measure an experiment of the lab, and print, save or export what came out."

    def add_arguments(self, parser):
        parser.add_argument("name", nargs="?", help="which one; without a name, all are listed")
        parser.add_argument("--scale", default="workshop", help="small, workshop or large")
        parser.add_argument("--budget", type=float, default=2.0, metavar="SECONDS", help="for the rounds")
        parser.add_argument("--grow", metavar="PARAMETER", help="measure along this parameter")
        parser.add_argument("--save", metavar="FILE", help=".json, .csv or .html")

    def run_from_argv(self, argv):
        """The experiment's own options are known only once it is: take them before argparse sees them."""
        self.settings, argv = take_settings(argv)
        super().run_from_argv(argv)

    def handle(self, *args, name, **options):
        from labapp.boot import BootError, boot

        try:
            self.stderr.write(str(boot(scale=options["scale"], quiet=True)))
            if name is None:
                return self._list()
            experiment = registry.get(name)
            settings = read(experiment, getattr(self, "settings", {}))
            outcome = self._measure(experiment, settings, options)
            self.stdout.write(str(outcome))
            if options["save"]:
                self.stderr.write(f"Saved in {save(outcome, options['save'])}.")
        except (BadSetting, registry.UnknownExperiment, BootError, ResultError) as refusal:
            raise CommandError(str(refusal)) from refusal

    def _measure(self, experiment, settings, options):
        budget = options["budget"] * 1000
        if options["grow"]:
            return experiment.grow(options["grow"].replace("-", "_"), budget_ms=budget, **settings)
        return experiment.run(budget_ms=budget, **settings)

    def _list(self):
        for name, experiment in sorted(registry.every().items()):
            options = " ".join(f"--{each.replace('_', '-')}" for each in experiment.defaults())
            self.stdout.write(f"{name:20} {experiment.question}\n{'':20} {options}")


def save(outcome, path):
    """Write the outcome in the format that the ending of the path names; where it went."""
    ways = {".json": outcome.save, ".csv": outcome.to_csv, ".html": outcome.to_html}
    way = ways.get(Path(path).suffix)
    if way is None:
        raise BadSetting(f"save must end in {', '.join(ways)}, and {path!r} does not.")
    return way(path)


# What belongs to the command itself and to every command of Django's; all else are settings.
OURS = {
    "scale", "budget", "grow", "save", "settings", "pythonpath", "verbosity",
    "help", "version", "traceback", "no-color", "force-color", "skip-checks",
}


def take_settings(argv):
    """Split ``["--photos", "50"]`` and ``["--photos=50"]`` off the command's own words."""
    settings, rest, words = {}, [], iter(argv)
    for word in words:
        name = word[2:].split("=")[0]
        if not word.startswith("--") or name in OURS:
            rest.append(word)
        else:
            value = word.split("=", 1)[1] if "=" in word else next(words, "")
            settings[name.replace("-", "_")] = value
    return settings, rest


def read(experiment, words):
    """The settings that the words mean: numbers where the parameter is one."""
    known = {parameter.name: parameter for parameter, _ in experiment.controls()}
    return {name: number(known.get(name), word) for name, word in words.items()}


def number(parameter, word):
    """The word as the parameter's kind of value; the word itself where it is none."""
    if parameter is None or isinstance(parameter, Choice):
        return word
    try:
        return int(word) if isinstance(parameter, Integer) else float(word)
    except ValueError:
        return word
