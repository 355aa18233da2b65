"""policy-kg: what policy documents say, as a validated, citable knowledge graph.

Data flows one way: sources → mappings → graph → rules → validation → dumps → release; release → store → engine → web.
A module imports only what stands before it; the import contract in ``pyproject.toml`` holds this.
"""

__version__ = "0.1.0"
