"""Why a search gives no answer."""

from kg.errors import PolicyKgError


class SearchError(PolicyKgError):
    """A search without an answer."""


class SearchInputError(SearchError):
    """What was asked cannot be searched for; the message says what is wrong and what to write instead."""


class SearchUnavailableError(SearchError):
    """The release has no index that can be read; the message says how it gets one."""
