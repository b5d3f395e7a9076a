"""What stands below the table: one tab for each way to look at a result."""

from labapp.panel.tabs.code import Code
from labapp.panel.tabs.growth import Growth
from labapp.panel.tabs.plan import Plan
from labapp.panel.tabs.queries import Queries
from labapp.panel.tabs.timeline import Timeline

TABS = (Timeline, Queries, Plan, Growth, Code)
