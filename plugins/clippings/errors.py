"""What can go wrong with a service or a setting. A bad *record* is a value (`articles.Rejected`), not an error."""


class ClippingsError(Exception):
    """The root: its message is shown to the user as it is, and says what to do."""


class ConfigurationError(ClippingsError):
    """A setting or a file the user wrote is wrong; the message names the file and line."""


class ServiceError(ClippingsError):
    """A service (OpenSearch, object storage) failed and retrying within bounds did not help."""


class UnbalancedError(ClippingsError):
    """The law does not hold for a run: records read and records accounted for differ."""


class RejectedShareError(ClippingsError):
    """A run rejected a larger share of its records than the feed allows. Everything good is filed."""
