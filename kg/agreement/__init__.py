"""How far two coders agree: on where the units are, and on what each of them says.

In: two mapping files of one document (:mod:`kg.agreement.codings`), or the table of an earlier comparison
(:mod:`kg.agreement.recoding`). Out: coefficients (:mod:`kg.agreement.coefficients`), pairs of statements (:mod:`kg.agreement.pairing`) and their differences
(:mod:`kg.agreement.comparing`). Next: ``kg agreement``, :mod:`kg.authoring.merging` and :mod:`kg.datasheet`.
"""
