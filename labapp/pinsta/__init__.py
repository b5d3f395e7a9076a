"""Pinsta: a small site for sharing photos, an ordinary Django project."""
