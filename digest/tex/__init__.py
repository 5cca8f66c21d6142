"""Reads the TeX that arXiv's texts are written in: `spans` finds formulas, `formula` and `words` make Unicode of it.

Use it through `digest.text`.
"""
