"""Pinsta's settings, and what the lab's own management commands need."""

import os

from labapp.pinsta.settings import *  # noqa: F403
from labapp.pinsta.settings import INSTALLED_APPS

INSTALLED_APPS = ["labapp", *INSTALLED_APPS]

# `manage.py shell_plus --lab`: new notebooks know the models. JupyterLab refuses to run as root unless told
# to, and in a container one is root.
NOTEBOOK_ARGUMENTS = ["--ip=127.0.0.1", "--MultiKernelManager.default_kernel_name=django_extensions"]
NOTEBOOK_ARGUMENTS += ["--allow-root"] if os.geteuid() == 0 else []
IPYTHON_KERNEL_DISPLAY_NAME = "Pinsta (Django)"
