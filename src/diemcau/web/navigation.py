"""The pages that the header leads to: one readable table."""

from collections.abc import Callable
from typing import NamedTuple

from diemcau.accounts import policy as accounts
from diemcau.accounts.login import policy as login
from diemcau.audit.actor import Actor
from diemcau.audit.policy import may_read
from diemcau.directory import policy as directory


class Item(NamedTuple):
    """One link of the header.

    Args:
        url: name of the page.
        text: key of its word in the texts.
        shown: whether this person may open the page, asked of the page's own policy.
    """

    url: str
    text: str
    shown: Callable[[Actor], bool]


ITEMS: tuple[Item, ...] = (
    Item("home", "home", lambda actor: True),
    Item("audit-log", "audit_log", may_read),
    Item("organisations", "organisations", lambda a: directory.may(a, directory.Act.SEE)),
    Item("people", "people", accounts.may_see),
    Item("rights", "rights", accounts.may_see),
    Item("login-administration", "sign_ins", lambda a: login.may(a, login.Act.SEE_SIGN_INS)),
    Item("mfa_index", "account", lambda actor: True),
)


def items(actor: Actor) -> list[Item]:
    """Return the links that ``actor`` may follow; none where there is only one."""
    found = [item for item in ITEMS if item.shown(actor)]
    return found if len(found) > 1 else []
