"""Texts for people, in as many languages as their author knows."""

from __future__ import annotations

from collections.abc import Mapping

Text = str | Mapping[str, str]  # {"en": "Server", "fr": "Serveur"}, or one text for every language


def said(text: Text, language: str) -> str:
    """A text in a language, else in English."""
    return text if isinstance(text, str) else text.get(language) or text.get("en", "")
