"""The libraries of the extra ``authoring``, which not every user installs.

In: the name of a module. Out: the module, or an error that says what to install. Next: the modules that read and write with them.
"""

import importlib
from typing import Any, Final

from kg.errors import InputError

_DISTRIBUTIONS: Final = {"trafilatura": "trafilatura", "pdfminer.high_level": "pdfminer.six", "ruamel.yaml": "ruamel.yaml"}


def needed(module: str, purpose: str) -> Any:
    """Import a module of the extra.

    :param purpose: what it is needed for, as in ``to read a PDF``
    :raises InputError: if it is not installed
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not (module == error.name or module.startswith(f"{error.name}.")):
            raise  # the library is there and lacks something of its own: another mistake than ours
        message = (
            f"{_DISTRIBUTIONS[module]} is needed {purpose} and is not installed: "
            "run `make authoring`, or `python3 -m pip install 'policy-kg[authoring]'`"
        )
        raise InputError(message) from None
