"""Lines of N-Triples by subject, as one string of bytes: what many objects would take ten times the memory for.

In: lines in the order of the dumps. Out: the lines about a subject. Next: :mod:`kg.scale.known`, :mod:`kg.scale.files`.
"""

from functools import cached_property

from kg.scale import lines


class Subjects:
    """Lines, and where those about each subject begin."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @cached_property
    def _starts(self) -> tuple[dict[int, int], dict[str, int]]:
        """By hash of the subject, as the subjects themselves would take as much memory as the lines; and those whose hash another has."""
        starts: dict[int, int] = {}
        others: dict[str, int] = {}
        at = 0
        while at < len(self.data):
            end = self.data.index(b" ", at)
            subject = self.data[at : end + 1]
            name = subject[:-1].decode()
            if starts.setdefault(hash(name), at) != at:
                others[name] = at
            while self.data.startswith(subject, at):
                at = self.data.index(b"\n", at) + 1
        return starts, others

    def prepare(self) -> None:
        """Look up everything now, so that processes that are begun afterwards share it."""
        _ = self._starts

    def of(self, subject: str) -> list[str]:
        """The lines about a subject.

        :param subject: as N-Triples writes it
        """
        starts, others = self._starts
        at = others.get(subject, starts.get(hash(subject)))
        if at is None:
            return []
        start = f"{subject} ".encode()
        end = at
        while self.data.startswith(start, end):
            end = self.data.index(b"\n", end) + 1
        return lines.unpacked(self.data[at:end])
