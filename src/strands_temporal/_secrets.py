"""What is a secret, by its name or by its form: the one rule for all that is shown or recorded.

It is a net with holes, made for names and texts as they occur. Where it is in doubt it takes a thing for a secret: one
too many costs a reader a word, one too few a password. What readers need is let through by name, with its reason below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

MASK = "***"

# Anywhere in a name, whatever stands between its words.
_ANYWHERE = re.compile(
    r"passw|passphrase|secret(?!ar)|credential|authori[sz]ation|apikey|accesskey|privatekey|bearer|cookie"
    r"|connectionstr|connstr"
)

# As a whole word of a name: `author` and `pinned` are no secrets, `authToken` and `X-Auth` are. A token may be the end
# of a word, as in `authtoken`. With a session's id one is let into the session. Headers and cookies of a request are
# where its keys are. Of keys, those that open something: `cache_key` and `primary_key` do not.
_WORDS = re.compile(
    r"(?:^|_)(?:(?:o?auth2?|creds?|\w*token|pwd|pass(?=$)|jwt|pin|cvv|cvc|otp|totp|ssn|iban|headers|signature|sas"
    r"|session_?id|card_?number"
    r"|(?:ssh|encryption|signing|master|account|client|subscription|shared|license|admin|webhook|hmac|session|pem)_?key"
    r")s?)(?:$|_)"
)

# Tokens of text are what models count, and their names say how many there are, or which.
_TOKENS_OF_TEXT = re.compile(
    r"(?:^|_)(?:(?:max|min|num|n|total|count|budget|input|output|prompt|completion|reasoning|thinking|context|cached?"
    r"|read|write|new|generated|used|remaining|special)_tokens"
    r"|(?:eos|bos|pad|unk|sep|cls|mask|stop)_tokens?|tokens?_(?:count|limit|budget|usage|per|to))(?=$|_)"
)

# The name of a secret is what stands in its place: `secret_name`, `token_type`, `signature_version`.
_OF_A_SECRET = re.compile(r"_(?:arn|length|names?|path|ref|ttl|type|version)$")

_SEPARATORS = re.compile(r"[-_\s.]+")
_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[-\s.]+")

# What shows itself as a secret by its form, under something that each text of that form has in lower case: without it,
# the expression need not be searched for, which takes a hundred times as long.
_FORMS: dict[str, str] = {
    "k-": r"\b[spr]k-[\w-]{8,}",
    "k_": r"\b[spr]k_\w{8,}|\bgsk_\w{8,}",
    "kia": r"\b(?-i:AKIA[A-Z0-9]{12,})",
    "sia": r"\b(?-i:ASIA[A-Z0-9]{12,})",
    "absk": r"\b(?-i:ABSK[\w+/=-]{20,})",
    "bedrock-api-key-": r"\bbedrock-api-key-[\w+/=-]+",
    "gh": r"\bgh[pousr]_\w{10,}",
    "github_pat_": r"\bgithub_pat_\w+",
    "glpat-": r"\bglpat-[\w-]+",
    "xox": r"\bxox[a-z]-[\w-]+",
    "hooks.slack.com": r"(?<=hooks\.slack\.com/)\S+",
    "aiza": r"\b(?-i:AIza[\w-]{20,})",
    "ya29.": r"\bya29\.[\w-]{10,}",
    "eyj": r"\b(?-i:eyJ[\w-]{8,}(?:\.[\w-]*)*)",
    "hf_": r"\bhf_\w{16,}",
    "xai-": r"\bxai-\w{16,}",
    "nvapi-": r"\bnvapi-[\w-]{16,}",
    "whsec_": r"\bwhsec_[\w+/=]{8,}",
    "npm_": r"\bnpm_\w{30,}",
    "bearer": r"\bbearer\s+[\w+/=.~-]{6,}",
    "basic": r"\bbasic\s+(?=\S*[\d=])\S{6,}",
    "-----begin": r"-----BEGIN.*",
    # Up to the last `@` of the host. A password may hold what ends a host, a port does not.
    "://": r"(?<=://)(?:[^\s/?#]+|[^\s/?#@:]*:(?!\d*(?:[/?#]|$))[^\s@]{1,200})(?=@)",
}
_FORM = re.compile("|".join(_FORMS.values()), re.IGNORECASE | re.DOTALL)

# What a text says to be one, as `password=...`, `"api_key": "..."`, `my password is ...`, `--token ...`. The name, of
# one word or two, is looked for ahead and then taken as it is: so no word is gone through again for each letter.
_WORD = r"[^\W\d][\w.-]*"
_NAMED = re.compile(
    rf"(?<![\w.-])(?P<option>--)?(?=(?P<name>(?(option)|(?:{_WORD}[ ](?!is\b))?){_WORD}))(?P=name)"
    r"(?P<between>\\?[\"']?\s*[=:]\s*|\s+is:?\s+|(?(option)[ ]+(?!-)|(?!)))"
)
_VALUE = re.compile(r"\\?\"[^\"]*\"?|'[^']*'?|(?:(?:bearer|basic|digest|token)\s+)?\S+", re.IGNORECASE)
_VALUE_IN_URL = re.compile(r"[^&#\s\"']+")
_SECRET_IN_URL = frozenset(("key", "sig"))


def is_secret_name(name: Any) -> bool:
    """Whether a value of that name is a secret."""
    words = _BETWEEN_WORDS.sub("_", str(name)).lower()
    if _OF_A_SECRET.search(words):
        return False
    return _is_surely_secret(words) or _WORDS.search(_TOKENS_OF_TEXT.sub("", words)) is not None


def is_secret(name: Any, value: Any) -> bool:
    """Whether a value is a secret by its name. None, True and False never are, nor are so many `tokens`."""
    if value is None or isinstance(value, bool):
        return False
    if isinstance(value, (int, float)) and str(name).lower().endswith("tokens"):
        return False
    return is_secret_name(name)


def has_secret_form(text: str) -> bool:
    """Whether a text is, or contains, what looks like a key, a token or a password.

    By its form, or as `password=...` in an address, a connection string or JSON; prose about passwords does not.
    """
    if _may_have_form(text) and _FORM.search(text):
        return True
    return any("=" in between or '"' in between or "'" in between for _, _, between in _named(text))


def without_secrets(text: str) -> str:
    """A text with each secret in it masked."""
    if _may_have_form(text):
        text = _FORM.sub(MASK, text)
    end, parts = 0, list[str]()
    for start, stop, _ in _named(text):
        parts += text[end:start], MASK
        end = stop
    return "".join((*parts, text[end:])) if parts else text


def _is_surely_secret(words: str) -> bool:
    return _ANYWHERE.search(_SEPARATORS.sub("", words)) is not None


def _may_have_form(text: str) -> bool:
    lower = text.lower()
    return any(hint in lower for hint in _FORMS)


def _named(text: str) -> Iterator[tuple[int, int, str]]:
    """Where the values stand that a text says to be secrets, and what stands between name and value."""
    if "=" not in text and ":" not in text and " is " not in text and "--" not in text:
        return
    end = 0
    for match in _NAMED.finditer(text):
        name, between = match["name"], match["between"]
        in_url = text[match.start() - 1 : match.start()] in ("?", "&")
        if match.start() < end or not _says_secret(name, between, in_url):
            continue
        value = (_VALUE_IN_URL if in_url else _VALUE).match(text, match.end())
        if value is not None and (in_url or is_secret(name, _number_or_text(value[0]))):
            end = value.end()
            yield match.end(), end, between


def _says_secret(name: str, between: str, in_url: bool) -> bool:
    if between.strip().startswith("is"):  # `the token is expired` says nothing, `the password is hunter2` all
        return _is_surely_secret(name.lower())
    return is_secret_name(name) or (in_url and name.lower() in _SECRET_IN_URL)


def _number_or_text(value: str) -> int | str:
    return 0 if value.rstrip(",;.)]}").isdecimal() else value  # which number does not matter
