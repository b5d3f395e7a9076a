"""Pinsta's settings, and what the lab's own management commands need."""

import os
from importlib.util import find_spec

from labapp.pinsta.settings import *  # noqa: F403
from labapp.pinsta.settings import INSTALLED_APPS

INSTALLED_APPS = ["labapp", *INSTALLED_APPS]

if find_spec("django_tasks_db"):
    # Its table stands in copies for experiments, where it is made when it is needed, and in no seeded data.
    INSTALLED_APPS += ["django_tasks_db"]
    MIGRATION_MODULES = {"django_tasks_database": None}
    TASKS = {"default": {"BACKEND": "labapp.experiments.deferral.django_tasks_backend.Backend", "QUEUES": []}}

# `manage.py shell_plus --lab`: new notebooks know the models. JupyterLab refuses to run as root unless told
# to, and in a container one is root.
NOTEBOOK_ARGUMENTS = ["--ip=127.0.0.1", "--MultiKernelManager.default_kernel_name=django_extensions"]
NOTEBOOK_ARGUMENTS += ["--allow-root"] if os.geteuid() == 0 else []
IPYTHON_KERNEL_DISPLAY_NAME = "Pinsta (Django)"
