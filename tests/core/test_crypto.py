"""What must not be read in the database, and what is stored of tokens."""

import pytest
from cryptography.fernet import Fernet

from apps.core import crypto
from apps.core.errors import PlatformError


@pytest.mark.parametrize("text", ["", "s3cr3t", "ñ😀\n\x00", "x" * 100_000])
def test_what_was_encrypted_can_be_read_again_but_not_without_the_key(text):
    stored = crypto.encrypt(text)
    assert crypto.decrypt(stored) == text
    assert not text or text.encode() not in stored


def test_a_database_may_give_bytes_as_memoryview():
    assert crypto.decrypt(memoryview(crypto.encrypt("s3cr3t"))) == "s3cr3t"


def test_the_same_text_looks_different_each_time():
    assert crypto.encrypt("s3cr3t") != crypto.encrypt("s3cr3t")


def test_old_values_stay_readable_when_a_new_key_is_put_in_front(settings):
    stored = crypto.encrypt("s3cr3t")
    new = Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = (new, *settings.ENCRYPTION_KEYS)
    assert crypto.decrypt(stored) == "s3cr3t"
    fresh = crypto.encrypt("s3cr3t")
    settings.ENCRYPTION_KEYS = (new,)
    assert crypto.decrypt(fresh) == "s3cr3t"


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[:-1], lambda data: b"A" + data[1:]])
def test_a_value_that_no_key_opens_says_what_to_do(damage):
    with pytest.raises(PlatformError, match="Restore the key"):
        crypto.decrypt(damage(crypto.encrypt("s3cr3t")))


def test_a_lost_key_is_an_error_that_speaks(settings):
    stored = crypto.encrypt("s3cr3t")
    settings.ENCRYPTION_KEYS = (Fernet.generate_key().decode(),)
    with pytest.raises(PlatformError, match="Restore the key"):
        crypto.decrypt(stored)


def test_tokens_are_long_recognisable_and_never_the_same():
    tokens = {crypto.new_token("mls") for _ in range(100)}
    assert len(tokens) == 100
    assert all(token.startswith("mls_") and len(token) >= 4 + 43 for token in tokens)


def test_the_hash_of_a_token_does_not_hold_the_token():
    token = crypto.new_token("mls")
    assert crypto.token_hash(token) == crypto.token_hash(token) != crypto.token_hash(token + "x")
    assert token not in crypto.token_hash(token)
