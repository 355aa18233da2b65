"""The command ``kg``: a thin layer of options over the modules before it.

Exit status: 0 if all is well (warnings allowed), 1 if the inputs have findings or the work cannot be done, 2 if the command was
called wrongly. Every option is also an environment variable with the prefix ``KG_``.
"""

from kg.cli.main import main

__all__ = ["main"]
