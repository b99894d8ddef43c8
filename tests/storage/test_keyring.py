"""How keys are sealed."""

import pytest
from pydantic import SecretStr

from bot.core.errors import KeyUnreadable
from bot.storage.keyring import KeyRing, new_key

OLD, NEW = SecretStr(new_key()), SecretStr(new_key())
SECRET = SecretStr("q7Rk2Lw9Zx4Vb8Nc1Mp6")


def test_what_is_sealed_opens_in_its_place_alone() -> None:
    """A row that was moved to another team, account or purpose does not open."""
    ring = KeyRing([OLD])
    sealed = ring.seal("T1", "A1", "key", SECRET)

    assert SECRET.get_secret_value() not in sealed
    assert ring.unseal("T1", "A1", "key", sealed) == SECRET
    for place in (("T2", "A1", "key"), ("T1", "A2", "key"), ("T1", "A1", "webhook")):
        with pytest.raises(KeyUnreadable, match="another account"):
            ring.unseal(*place, sealed)


def test_the_first_key_writes_and_all_read() -> None:
    """After a rotation the old key is needed no more."""
    sealed = KeyRing([OLD]).seal("T1", "A1", "key", SECRET)
    both = KeyRing([NEW, OLD])
    assert not both.is_newest(sealed)
    assert both.unseal("T1", "A1", "key", sealed) == SECRET

    renewed = both.renewed(sealed)
    assert both.is_newest(renewed)
    assert KeyRing([NEW]).unseal("T1", "A1", "key", renewed) == SECRET


@pytest.mark.parametrize("stored", ["", "gAAAAA", "é", KeyRing([OLD]).seal("T1", "A1", "key", SECRET)])
def test_what_no_key_opens_is_said(stored: str) -> None:
    """The error quotes nothing of it."""
    ring = KeyRing([NEW])
    for work in (lambda: ring.unseal("T1", "A1", "key", stored), lambda: ring.renewed(stored)):
        with pytest.raises(KeyUnreadable, match="no key of ENCRYPTION_KEYS") as raised:
            work()
        assert raised.value.__suppress_context__
