"""The panel's style: that of the probe's pictures, of the table, and panel.css."""

from pathlib import Path

from labapp.measure import look
from labapp.probe import plan_html, style

CSS = Path(__file__).with_name("panel.css").read_text(encoding="utf-8")
STYLE = f"<style>{style.CSS}{plan_html.CSS}{look.CSS}{CSS}</style>"
