from allauth.usersessions.apps import UserSessionsConfig


class SessionListConfig(UserSessionsConfig):  # type: ignore[misc]
    """allauth's list of sessions without its own listeners: they ask for each session by itself at every sign-in.

    `accounts.sessions` keeps the list.
    """

    def ready(self) -> None:
        pass
