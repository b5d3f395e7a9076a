"""A small foreign project, and the catalogue of cases that the findings are judged by."""
