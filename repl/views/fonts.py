"""The fonts that pictures and pages ask for: those of Latin letters, and in Korean those that have Hangul behind them.

    families("ko")      ('Helvetica', 'Arial', 'Noto Sans CJK KR', ..., 'sans-serif')

The first that is there and has the letter draws it. By the letters in SAMPLES a font shows whether it knows a language.
"""

from __future__ import annotations

from ..messages import language, marked

LATIN = ("Helvetica", "Arial")
OTHERS = {"ko": ("Noto Sans CJK KR", "Noto Sans KR", "Malgun Gothic", "Apple SD Gothic Neo", "NanumGothic")}
SAMPLES = {"ko": "한글"}
LACKING = marked("no font with Korean letters was found, so the words are English: install one (as fonts-noto-cjk)")


def families(spoken: str | None = None) -> tuple[str, ...]:
    """The families for a language, that of the session if left out; the last is for whatever else there is.

    Example:
        >>> families("en")
        ('Helvetica', 'Arial', 'sans-serif')
    """
    return (*LATIN, *OTHERS.get(spoken or language(), ()), "sans-serif")
