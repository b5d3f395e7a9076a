"""The picture of traffic: what is drawn (scene), its axes, its dots, and the whole as SVG text (strip)."""
