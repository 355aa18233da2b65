"""A made-up project of any size, with the shape of the real one, to measure how the work grows.

In: the mappings of a project. Out: another project, in which nothing is anybody's statement: every name, summary and anchor is made up, and
says so. Next: ``kg build`` like any project. :mod:`kg.synth.measure` tells what is copied: which keys a statement has, how many values, and how
they are spread over documents, kinds, topics and entities; :mod:`kg.synth.write` writes it.
"""
